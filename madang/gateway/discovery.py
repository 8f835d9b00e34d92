"""Finds model servers on this machine by how they answer, at the ports they use by themselves."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from madang.gateway.errors import UpstreamError
from madang.gateway.types import Provider, ProviderKind
from madang.gateway.upstream import Target, Upstream

_PATIENCE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A kind of server: where it listens unless told otherwise, and how its answer at `path` is known."""

    kind: ProviderKind
    name: str
    port: int
    path: str
    is_its_answer: Callable[[Any], bool]


def _is_ollama(answer: Any) -> bool:
    models = _list(answer, "models")
    return bool(models) and all(isinstance(model, dict) and {"name", "digest"} <= model.keys() for model in models)


def _is_lmstudio(answer: Any) -> bool:
    models = _list(answer, "data")
    return bool(models) and all(isinstance(model, dict) and {"id", "type", "state"} <= model.keys() for model in models)


def _is_llamacpp(answer: Any) -> bool:
    return isinstance(answer, dict) and "default_generation_settings" in answer


def _is_vllm(answer: Any) -> bool:
    models = _list(answer, "data")
    return bool(models) and all(isinstance(model, dict) and model.get("owned_by") == "vllm" for model in models)


def _list(answer: Any, name: str) -> list[Any]:
    found = answer.get(name) if isinstance(answer, dict) else None
    return found if isinstance(found, list) else []


SERVERS: tuple[LocalServer, ...] = (
    LocalServer("ollama", "Ollama", 11434, "api/tags", _is_ollama),
    LocalServer("lmstudio", "LM Studio", 1234, "api/v0/models", _is_lmstudio),
    LocalServer("llamacpp", "llama.cpp", 8080, "props", _is_llamacpp),
    LocalServer("vllm", "vLLM", 8000, "v1/models", _is_vllm),
)


async def found_servers(upstream: Upstream, ports: Mapping[ProviderKind, int] | None = None) -> list[Provider]:
    """Ask all of them at once and return those that answered as themselves, within a second or two.

    `ports` moves a kind to another port than its own.
    """
    places = [(server, (ports or {}).get(server.kind, server.port)) for server in SERVERS]
    answers = await asyncio.gather(*(_is_there(upstream, server, port) for server, port in places))
    return [_provider(server, port) for (server, port), is_there in zip(places, answers, strict=True) if is_there]


async def _is_there(upstream: Upstream, server: LocalServer, port: int) -> bool:
    target = Target(server.kind, "", f"http://127.0.0.1:{port}")
    try:
        return server.is_its_answer(await upstream.look(target, server.path, _PATIENCE_SECONDS))
    except UpstreamError:
        return False


def _provider(server: LocalServer, port: int) -> Provider:
    return Provider(server.kind, server.name, f"http://127.0.0.1:{port}/v1", server.kind, "found")
