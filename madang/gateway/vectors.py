"""Vectors from the built-in embedder in OpenAI's form: free, with no key, and in the ledger like any other call."""

import asyncio
import base64
from collections.abc import AsyncGenerator
from typing import Any

import orjson

from madang.clock import Clock
from madang.errors import BadRequest
from madang.gateway.bill import Bill
from madang.gateway.books import booked, on_the_books
from madang.gateway.canonical import key_of
from madang.gateway.embedder import manifest
from madang.gateway.embedder.child import Embedded
from madang.gateway.embedder.service import Embedder
from madang.gateway.errors import ModelNotAllowed, NotKept
from madang.gateway.ledger import Ledger
from madang.gateway.providers import BUILTIN
from madang.gateway.registry import Registry
from madang.gateway.types import Caller, ModelInfo, RawChunk, RawRequest, Relayed, Usage
from madang.gateway.upstream import Asked, Ended

_ID = f"{BUILTIN}/{manifest.MODEL}"
_BYTES_A_VECTOR = 4 * manifest.DIMENSIONS
_ENCODINGS = frozenset({None, "float", "base64"})


class Vectors:
    """Answers requests for vectors that name the built-in embedder."""

    def __init__(self, embedder: Embedder, registry: Registry, ledger: Ledger, clock: Clock) -> None:
        self._embedder = embedder
        self._registry = registry
        self._ledger = ledger
        self._clock = clock

    def means(self, request: RawRequest) -> bool:
        """Say whether a request is for the built-in embedder."""
        return request.endpoint == "embeddings" and request.model in {manifest.MODEL, _ID}

    def model(self) -> ModelInfo:
        """Return the embedder as a model; one that is not fetched yet is available, and its first request waits."""
        status = self._embedder.state.status
        is_available = status not in {"off", "unsupported"}
        return ModelInfo(
            id=_ID,
            name=manifest.MODEL,
            provider=BUILTIN,
            provider_name="Madang",
            is_local=True,
            is_free=True,
            is_builtin=True,
            context_tokens=manifest.CONTEXT_TOKENS,
            available=is_available,
            unavailable_reason=None if is_available else status,
        )

    async def stream(self, request: RawRequest, caller: Caller) -> AsyncGenerator[RawChunk]:
        """Yield the whole answer as one piece. Nothing of it is kept: it costs nothing to make it again.

        Raises `BadRequest`, `ModelNotAllowed`, `NotKept` and `EmbedderError`.
        """
        model = self.model()
        if caller.models is not None and model.id not in caller.models:
            raise ModelNotAllowed("this token may not ask this model", model=model.id)
        texts = _texts(request.body)
        _require_known_options(request.body)
        provider = self._registry.provider_of(model)
        key = key_of(request, provider, model.name)
        bill = Bill(model, caller, self._clock, provider=provider, cache="off", key=key, is_raw=True)
        async with on_the_books(bill, self._ledger):
            if request.cache == "only":
                raise NotKept("vectors of the built-in embedder are not kept", model=model.id)
            yield bill.started()
            bill.saw(Asked(1))
            embedded = await self._embedder.embed_counted(texts, "query")
            piece = Relayed(await asyncio.to_thread(_written, embedded, request.body.get("encoding_format")))
            bill.saw(piece)
            yield piece
            finished = bill.ended(Ended("stop", Usage(embedded.tokens, None, 0, None)))
            await booked(bill, self._ledger)
            yield finished


def _texts(body: Any) -> list[str]:
    given = body["input"]
    texts = [given] if isinstance(given, str) else given
    if not all(isinstance(text, str) for text in texts):
        raise BadRequest("input must be a text or a list of texts; this model takes no token numbers", param="input")
    return list(texts)


def _require_known_options(body: Any) -> None:
    if body.get("dimensions") not in {None, manifest.DIMENSIONS}:
        raise BadRequest(f"this model's vectors have {manifest.DIMENSIONS} numbers, no other count", param="dimensions")
    if body.get("encoding_format") not in _ENCODINGS:
        raise BadRequest("encoding_format is float or base64", param="encoding_format")


def _written(embedded: Embedded, encoding: str | None) -> bytes:
    """Write the answer as OpenAI does."""
    data = embedded.vectors
    vectors = [data[start : start + _BYTES_A_VECTOR] for start in range(0, len(data), _BYTES_A_VECTOR)]
    shown = [
        {"object": "embedding", "index": index, "embedding": _number_list(vector, encoding)}
        for index, vector in enumerate(vectors)
    ]
    usage = {"prompt_tokens": embedded.tokens, "total_tokens": embedded.tokens}
    return orjson.dumps({"object": "list", "data": shown, "model": manifest.MODEL, "usage": usage})


def _number_list(vector: bytes, encoding: str | None) -> str | list[float]:
    if encoding == "base64":
        return base64.b64encode(vector).decode()
    return list(memoryview(vector).cast("f"))
