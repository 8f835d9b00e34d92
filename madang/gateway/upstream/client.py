"""Asks a provider: one attempt after another until the first word, then only that one."""

import asyncio
import unicodedata
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING, Any

import orjson

from madang.clock import Clock
from madang.gateway.errors import NotAnAnswer, Overloaded, RateLimited, TimedOut, UpstreamError, UpstreamFailed
from madang.gateway.types import ChatRequest, RawRequest, WaitingReason
from madang.gateway.upstream.attempt import ParameterRefused
from madang.gateway.upstream.limits import Limits
from madang.gateway.upstream.masks import Masks, Said
from madang.gateway.upstream.payload import payload
from madang.gateway.upstream.refusal import error_object, refusal
from madang.gateway.upstream.relay import Relay
from madang.gateway.upstream.retry import delay
from madang.gateway.upstream.sound import SoundRelay
from madang.gateway.upstream.target import Asked, Retry, Target
from madang.redact import Redactor

if TYPE_CHECKING:
    from madang.gateway.upstream.wire import Wire

Piece = Asked | Retry | Said
_TEXT_LIMIT = 500


class Upstream:
    """The one client for every provider. Closing a stream closes its connection."""

    def __init__(self, limits: Limits, clock: Clock, redactor: Redactor) -> None:
        self._limits = limits
        self._clock = clock
        self._redactor = redactor
        self._wire: Wire | None = None
        self._refused: dict[tuple[str, str], frozenset[str]] = {}

    async def stop(self) -> None:
        """Drop every connection."""
        if self._wire:
            await self._wire.close()
            self._wire = None

    async def stream(self, target: Target, request: ChatRequest | RawRequest) -> AsyncGenerator[Piece]:
        """Yield the answer of `target`: `Asked`, words (or bytes), `Ended`; before each further `Asked` a `Retry`.

        Asks at most `limits.retries` times more, only before the first word and only where the failure may pass.
        Raises `UpstreamError`.
        """
        deadline = asyncio.get_running_loop().time() + self._limits.total
        attempt, has_words = 1, False
        masks = self._masks(target)
        yield Asked(attempt)
        while True:
            try:
                async with aclosing(await self._attempt(target, request, deadline)) as pieces:
                    async for piece in pieces:
                        has_words = True
                        for clean in masks.take(piece):
                            yield clean
                return
            except ParameterRefused as error:
                self._learn(target, error.name)
                continue
            except UpstreamError as error:
                for clean in masks.rest():
                    yield clean
                self._clean(error, target)
                retry = None if has_words else self._next(error, attempt, deadline)
                if retry is None:
                    raise error from None
            attempt += 1
            yield retry
            await asyncio.sleep(retry.detail["seconds"])
            yield Asked(attempt)

    async def look(self, target: Target, path: str, patience: float) -> Any:
        """Return the JSON at a path of the provider, such as `models`. Raises `UpstreamError`."""
        from madang.gateway.upstream.wire import Silent

        wire = await self._connected()
        headers = target.headers("application/json")
        try:
            async with wire.send("GET", target.url(path), headers, patience) as response:
                data = await response.read_all(self._limits.list_bytes, patience)
        except Silent:
            raise TimedOut("no answer in time") from None
        except UpstreamError as error:
            self._clean(error, target)
            raise error from None
        if response.status != 200:
            found = error_object(data)
            refused = refusal(response.status, found, None, provider_message=str(found.get("message", "")))
            self._clean(refused, target)
            raise refused
        return self._parsed(data, target)

    async def fetch(self, url: str, limit_bytes: int, patience: float) -> bytes:
        """Return what is at an address that is no provider's, cut at `limit_bytes`. Raises `UpstreamError`."""
        from madang.gateway.upstream.wire import Silent

        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "Madang"}
        try:
            async with (await self._connected()).send("GET", url, headers, patience) as response:
                if response.status != 200:
                    raise UpstreamFailed("the answer is not 200", http_status=response.status)
                return await response.read_all(limit_bytes, patience)
        except Silent:
            raise TimedOut("no answer in time") from None

    async def _attempt(
        self, target: Target, request: ChatRequest | RawRequest, deadline: float
    ) -> AsyncGenerator[Said]:
        """Ask once, without the parameters that this model is known to refuse. Raises what `Attempt` does."""
        given = (await self._connected(), target, self._limits, self._clock, deadline)
        if isinstance(request, RawRequest) and request.is_sound:
            return SoundRelay(*given).relay(request, self._redactor)
        attempt = Relay(*given)
        refused = self._refused.get((target.provider, target.model), frozenset())
        if isinstance(request, RawRequest):
            return attempt.relay(request, refused, self._redactor)
        return attempt.stream(payload(request, target.model, refused), refused)

    def _learn(self, target: Target, name: str) -> None:
        """Remember that a model refuses a parameter: the same request goes again without it."""
        known = (target.provider, target.model)
        self._refused[known] = self._refused.get(known, frozenset()) | {name}

    async def _connected(self) -> "Wire":
        """Return the wire. aiohttp is loaded here, off the loop, when the first request needs it."""
        if self._wire is None:
            wire = await asyncio.to_thread(import_module, "madang.gateway.upstream.wire")
            self._wire = self._wire or wire.Wire(self._limits)
        return self._wire

    def _next(self, error: UpstreamError, attempt: int, deadline: float) -> Retry | None:
        """Return the wait before the next attempt, or `None` where there is none."""
        if not error.is_temporary:
            return None
        seconds = delay(attempt, error.details.get("retry_after_seconds"), self._limits)
        if seconds is None or asyncio.get_running_loop().time() + seconds >= deadline:
            return None
        retry_at = self._clock.now() + timedelta(seconds=seconds)
        detail = {"attempt": attempt + 1, "seconds": round(seconds, 3), "retry_at": retry_at.isoformat()}
        return Retry(_reason(error), detail, error=error)

    def _masks(self, target: Target) -> Masks:
        """Return what masks an answer of `target`."""
        self._know(target)
        return Masks(self._redactor)

    def _parsed(self, data: bytes, target: Target) -> Any:
        """Return JSON of `target` without known secrets: what a model is called comes from there too."""
        self._know(target)
        try:
            return orjson.loads(self._redactor.mask_known(data.decode())[0])
        except ValueError as error:
            raise NotAnAnswer("the answer is not JSON") from error

    def _know(self, target: Target) -> None:
        """Mask the key of `target`: it is a secret wherever it came from."""
        if target.key:
            self._redactor.add(target.key)

    def _clean(self, error: UpstreamError, target: Target) -> None:
        """Mask secrets in what the provider said, keep it short, and leave out what shows nothing."""
        self._know(target)
        for name, value in error.details.items():
            if isinstance(value, str):
                # In this order: a secret may be parted by characters that are not shown.
                error.details[name] = self._redactor.clean(_shown(value))[:_TEXT_LIMIT]
        error.details = {name: value for name, value in error.details.items() if value is not None and value != ""}
        error.details.setdefault("provider", target.provider)
        error.details.setdefault("model", target.model)


def _reason(error: UpstreamError) -> WaitingReason:
    if isinstance(error, RateLimited):
        return "rate_limited"
    return "busy" if isinstance(error, Overloaded) else "retrying"


def _shown(text: str) -> str:
    """Return foreign words on one line, without characters that hide, or turn the direction of what follows."""
    return "".join(one for one in " ".join(text.split()) if unicodedata.category(one) not in {"Cc", "Cf", "Co", "Cn"})
