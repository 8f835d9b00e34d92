"""What is known about a model: from its provider's own words, else from its name."""

from collections.abc import Iterable, Mapping
from typing import Any

from madang.gateway.choosing import reasons, sees_images
from madang.gateway.embedded.types import BuiltInState
from madang.gateway.providers import BUILTIN
from madang.gateway.types import ModelInfo, Provider

# The names under which servers tell how many tokens a model reads, the served size before the trained one.
_CONTEXT_NAMES = ("max_model_len", "loaded_context_length", "context_length", "context_window", "max_context_length")
BUILTIN_CONTEXT_TOKENS = 4096


def described(provider: Provider, name: str, words: Mapping[str, Any], unavailable: str | None = None) -> ModelInfo:
    """Return a model of a provider; `words` is the entry of its list, empty where it has none."""
    return ModelInfo(
        id=f"{provider.id}/{name}",
        name=name,
        provider=provider.id,
        provider_name=provider.name,
        is_local=provider.is_local,
        is_free=provider.is_free,
        sees_images=_sees_images(name, words),
        context_tokens=_context_tokens(words),
        reasons="reasoning" in _strings(words.get("supported_parameters")) or reasons(name),
        available=unavailable is None,
        unavailable_reason=unavailable,
    )


def described_builtin(provider: Provider, state: BuiltInState) -> ModelInfo:
    """Return the built-in model; one that is not fetched yet is available, and its first question waits for it."""
    is_available = state.status not in {"off", "unsupported"}
    return ModelInfo(
        id=f"{BUILTIN}/{state.model}",
        name=state.model,
        provider=provider.id,
        provider_name=provider.name,
        is_local=True,
        is_free=True,
        is_builtin=True,
        context_tokens=BUILTIN_CONTEXT_TOKENS,
        available=is_available,
        unavailable_reason=None if is_available else str((state.reason or {}).get("reason", state.status)),
    )


def _context_tokens(words: Mapping[str, Any]) -> int | None:
    found = (words.get(name) for name in _CONTEXT_NAMES)
    return next((count for count in found if isinstance(count, int) and 0 < count < 2**31), None)


def _sees_images(name: str, words: Mapping[str, Any]) -> bool:
    architecture = words.get("architecture")
    modalities = architecture.get("input_modalities") if isinstance(architecture, dict) else None
    if isinstance(modalities, list):
        return "image" in _strings(modalities)
    return words.get("type") == "vlm" or sees_images(name)


def _strings(value: object) -> Iterable[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []
