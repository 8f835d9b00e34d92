"""Who turns a question into a vector, and what is done while that fails."""

import asyncio
import sys
from array import array
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Protocol

import orjson
from loguru import logger

from madang.clock import Clock
from madang.errors import MadangError
from madang.gateway.embedder.service import Embedder as LocalEmbedder
from madang.gateway.errors import NotAnAnswer, TimedOut
from madang.gateway.semantic import scan
from madang.gateway.semantic.types import EmbedderStatus, Vector
from madang.gateway.semantic.vetoes import BUILTIN_THRESHOLD
from madang.gateway.types import Caller, RawChunk, RawRequest, Relayed

_REST_SECONDS = 30.0
_PROMPT_TOKENS = 1024

Ask = Callable[[RawRequest, Caller], AsyncGenerator[RawChunk]]
"""Sends a request of the house's own through the door."""


class Embedder(Protocol):
    """A model that gives vectors. Those of one `name` can be compared; from `threshold` on two texts mean the same."""

    @property
    def name(self) -> str: ...

    @property
    def threshold(self) -> float: ...

    async def embed(self, text: str, caller: Caller) -> Sequence[float]:
        """Return the vector of a text. Raises `MadangError`."""


class ProviderEmbedder:
    """A provider's model, asked through the door like any other: its calls are under the caps and in the ledger."""

    threshold = 0.92

    def __init__(self, name: str, ask: Ask) -> None:
        self.name = name
        self._ask = ask

    async def embed(self, text: str, caller: Caller) -> Sequence[float]:
        """Return the vector of a text. Raises `GatewayError`."""
        # Another model that stands in would give vectors of another kind.
        only = frozenset({self.name})
        asked = Caller("similar", caller.actor, caller.conversation_id, caller.turn_id, caller.token_id, only)
        body = {"input": text, "encoding_format": "float"}
        prompt = len(text.encode()) + _PROMPT_TOKENS
        request = RawRequest(self.name, "embeddings", body, prompt, max_tokens=1, answers=0, cache="off")
        data = b""
        async with aclosing(self._ask(request, asked)) as chunks:
            async for chunk in chunks:
                data = chunk.data if isinstance(chunk, Relayed) else data
        return _numbers(data)


class BuiltInEmbedder:
    """The model of this machine: free, and no text leaves it. It is never fetched for the sake of a question."""

    threshold = BUILTIN_THRESHOLD

    def __init__(self, embedder: LocalEmbedder) -> None:
        self.name = embedder.name
        self._embedder = embedder

    async def embed(self, text: str, caller: Caller) -> Sequence[float]:
        """Return the vector of a text. Raises `EmbedderError`."""
        embedded = await self._embedder.embed_counted([text], "query")
        vector = array("f", embedded.vectors)
        if sys.byteorder == "big":
            vector.byteswap()
        return vector


class Embedding:
    """Gets vectors, and rests for half a minute after a failure: no answer fails or waits for this again and again."""

    def __init__(self, clock: Clock, patience_seconds: float) -> None:
        self._clock = clock
        self._patience_seconds = patience_seconds
        self._error: str | None = None
        self._rests_until = 0.0

    @property
    def error(self) -> str | None:
        """The code of what went wrong last, until it goes right again."""
        return self._error

    @property
    def status(self) -> EmbedderStatus:
        """Say how it stands with an embedder that is there."""
        return "failing" if self._error else "ready"

    async def vector(self, embedder: Embedder, text: str, caller: Caller) -> Vector | None:
        """Return the vector of a text, or None where there is none to be had."""
        if self._error and self._clock.monotonic() < self._rests_until:
            return None
        try:
            async with asyncio.timeout(self._patience_seconds):
                numbers = await embedder.embed(text, caller)
            data = await scan.unit(numbers)
        except (MadangError, TimeoutError, scan.NotAVector) as error:
            self._failed(embedder, error)
            return None
        self._error = None
        return Vector(embedder.name, data)

    def _failed(self, embedder: Embedder, error: MadangError | TimeoutError | scan.NotAVector) -> None:
        code = error.code if isinstance(error, MadangError) else _CODES[type(error)]
        logger.warning("similar questions cannot be found at the moment, {}: {} {}", embedder.name, code, error)
        self._error, self._rests_until = code, self._clock.monotonic() + _REST_SECONDS


_CODES = {TimeoutError: TimedOut.code, scan.NotAVector: NotAnAnswer.code}


def _numbers(data: bytes) -> list[float]:
    """Read one vector. Raises `NotAnAnswer`."""
    try:
        numbers = orjson.loads(data)["data"][0]["embedding"]
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError) as error:
        raise NotAnAnswer("the answer holds no vector") from error
    if not isinstance(numbers, list) or not all(isinstance(number, int | float) for number in numbers):
        raise NotAnAnswer("the vector is not made of numbers")
    return numbers
