"""One request to one provider and the reading of its answer, each wait bounded."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import AbstractAsyncContextManager, aclosing
from typing import TYPE_CHECKING

from madang.clock import Clock
from madang.gateway.errors import Incomplete, NotAnAnswer, Stalled, TimedOut, Unreachable, UpstreamError
from madang.gateway.types import Endpoint, ReasoningDelta, TextDelta
from madang.gateway.upstream.answer import Answer
from madang.gateway.upstream.limits import Limits
from madang.gateway.upstream.payload import refused_parameter
from madang.gateway.upstream.refusal import error_object, refusal
from madang.gateway.upstream.retry import retry_after
from madang.gateway.upstream.sse import BrokenStream, EventParser
from madang.gateway.upstream.target import Ended, Target

if TYPE_CHECKING:
    from madang.gateway.upstream.wire import Response, Wire

STREAM, JSON = "text/event-stream", "application/json"
"""The two media types of answers."""


class ParameterRefused(Exception):
    """The provider does not know a parameter, so the same request goes again without it."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Attempt:
    """Sends a body once. `deadline` is a time of the event loop by which the whole answer must be there."""

    def __init__(self, wire: "Wire", target: Target, limits: Limits, clock: Clock, deadline: float) -> None:
        self._wire = wire
        self._target = target
        self._limits = limits
        self._clock = clock
        self._deadline = deadline
        self._first_byte = limits.local_first_byte if target.is_loopback else limits.first_byte

    async def stream(self, body: bytes, refused: frozenset[str]) -> AsyncGenerator[TextDelta | ReasoningDelta | Ended]:
        """Yield the answer. Raises `UpstreamError`, and `ParameterRefused` for a name that is not in `refused`."""
        from madang.gateway.upstream.wire import BrokenOff, Silent

        answer = Answer(self._limits)
        try:
            async with self._sent("chat/completions", STREAM, body, self._first_byte) as response:
                await self._check(response, STREAM, body, refused)
                async with aclosing(self._read(response, answer)) as pieces:
                    async for piece in pieces:
                        yield piece
        except (Silent, BrokenOff, BrokenStream) as error:
            # Once the model said why it stopped, the answer is whole, whatever follows.
            if answer.finish_reason is None:
                raise meaning(error, answer) from error
        except UpstreamError:
            if answer.finish_reason is None:
                raise
        yield answer.end()

    def _sent(
        self, endpoint: Endpoint, accept: str, body: bytes, patience: float, media_type: str = JSON
    ) -> "AbstractAsyncContextManager[Response]":
        """Send a body, and wait `patience` seconds for the beginning of the answer once there is a connection."""
        headers = self._target.headers(accept) | {"Content-Type": media_type}
        seconds = self._within(self._limits.connect + patience)
        return self._wire.send("POST", self._target.url(endpoint), headers, seconds, body)

    async def _read(self, response: "Response", answer: Answer) -> AsyncGenerator[TextDelta | ReasoningDelta]:
        parser = EventParser(self._limits.line_bytes)
        while not answer.is_done and (data := await response.read(self._patience(answer))):
            answer.weigh(data)
            for piece in _joined(piece for event in parser.feed(data) for piece in answer.take(event)):
                yield piece

    def _patience(self, answer: Answer) -> float:
        if answer.finish_reason is not None:
            return self._within(self._limits.after_finish)
        return self._within(self._limits.gap if answer.has_words else self._first_byte)

    def _within(self, seconds: float) -> float:
        return max(0.0, min(seconds, self._deadline - asyncio.get_running_loop().time()))

    async def _check(self, response: "Response", wanted: str, body: bytes, refused: frozenset[str]) -> None:
        """Raise unless the response is of the media type that is wanted."""
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if response.status == 200 and kind == wanted:
            return
        if response.status == 200:
            raise NotAnAnswer(f"the answer is no {wanted}", content_type=kind[:80])
        data = await response.read_all(self._limits.refusal_bytes, self._within(self._limits.connect))
        error = error_object(data)
        if name := refused_parameter(body, response.status, error, refused):
            raise ParameterRefused(name)
        asked = retry_after(response.headers, self._clock.now())
        facts = {
            f"provider_{name}": str(error[name]) for name in ("message", "type", "param", "code") if error.get(name)
        }
        should_retry = response.headers.get("x-should-retry")
        raise refusal(response.status, error, should_retry, retry_after_seconds=asked, **facts)


def _joined(pieces: Iterator[TextDelta | ReasoningDelta]) -> Iterator[TextDelta | ReasoningDelta]:
    """Yield what came in one go as one piece of each kind: every later step takes its time for each piece."""
    kind: type[TextDelta] | type[ReasoningDelta] = TextDelta
    words: list[str] = []
    try:
        for piece in pieces:
            if words and not isinstance(piece, kind):
                yield kind("".join(words))
                words.clear()
            kind = type(piece)
            words.append(piece.text)
    except (UpstreamError, BrokenStream):
        # What was said before the fault was said.
        if words:
            yield kind("".join(words))
        raise
    if words:
        yield kind("".join(words))


def meaning(error: Exception, answer: Answer) -> UpstreamError:
    """Return what a failure means, by whether words were given before it."""
    from madang.gateway.upstream.wire import Silent

    if isinstance(error, BrokenStream):
        return answer.broken(str(error))
    if isinstance(error, Silent):
        return Stalled("the answer fell silent") if answer.has_words else TimedOut("no answer in time")
    if answer.has_words:
        return Incomplete("the connection broke off")
    return Unreachable("the connection broke off before an answer", reason="reset")
