"""One raw request to one provider, and its answer handed on; each wait is bounded as for any other."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

import orjson

from madang.gateway.errors import TimedOut, Unreachable, UpstreamError
from madang.gateway.types import FinishReason, RawRequest, Relayed
from madang.gateway.upstream.attempt import JSON, STREAM, Attempt, meaning
from madang.gateway.upstream.payload import raw_payload
from madang.gateway.upstream.raw import RawBody, RawStream
from madang.gateway.upstream.sse import BrokenStream, EventParser
from madang.gateway.upstream.target import Ended
from madang.gateway.upstream.tools.shim import Shim, chunks_of
from madang.redact import Redactor

if TYPE_CHECKING:
    from madang.gateway.upstream.wire import Response


class Relay(Attempt):
    """Sends a raw request once."""

    def relay(
        self, request: RawRequest, refused: frozenset[str], redactor: Redactor
    ) -> AsyncGenerator[Relayed | Ended]:
        """Yield the answer. Raises `UpstreamError`, and `ParameterRefused` for a name that the gateway added."""
        if not self._target.calls_tools and Shim.applies(request.body):
            return self._shimmed(request, refused, redactor)
        body = raw_payload(request, self._target.model, refused)
        theirs = refused | request.body.keys()
        if request.is_streamed:
            wants_usage = bool((request.body.get("stream_options") or {}).get("include_usage"))
            return self._stream(request, body, theirs, RawStream(self._limits, redactor, wants_usage))
        return self._whole(request, body, theirs, redactor)

    async def _shimmed(
        self, request: RawRequest, refused: frozenset[str], redactor: Redactor
    ) -> AsyncGenerator[Relayed | Ended]:
        """Ask for one object that says what to call. It is read when it is whole, also where a stream is asked for."""
        shim = Shim(request.body)
        asked = replace(request, body=shim.asked(), is_streamed=False)
        reason: FinishReason = "stop"
        wants_usage = bool((request.body.get("stream_options") or {}).get("include_usage"))
        async with aclosing(self.relay(asked, refused, redactor)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Ended):
                    yield replace(piece, finish_reason=reason)
                    continue
                found, reason = shim.answered(piece.data)
                data = chunks_of(found, wants_usage) if request.is_streamed else orjson.dumps(found)
                # Out of the object's own quotes a secret may read otherwise than within.
                text, masked = redactor.mask_known(data.decode())
                yield Relayed(text.encode(), piece.masked + masked)

    async def _stream(
        self, request: RawRequest, body: bytes, refused: frozenset[str], answer: RawStream
    ) -> AsyncGenerator[Relayed | Ended]:
        from madang.gateway.upstream.wire import BrokenOff, Silent

        failure: UpstreamError | None = None
        try:
            async with self._sent(request.endpoint, STREAM, body, self._first_byte) as response:
                await self._check(response, STREAM, body, refused)
                async with aclosing(self._events(response, answer)) as pieces:
                    async for piece in pieces:
                        yield piece
        except (Silent, BrokenOff, BrokenStream) as error:
            failure = meaning(error, answer)
        except UpstreamError as error:
            failure = error
        # Once the model said why it stopped, the answer is whole, whatever follows.
        if not answer.is_whole:
            for piece in answer.rest():
                yield piece
            raise failure or answer.broken("the stream ended without a finish reason")
        yield answer.end()

    async def _events(self, response: "Response", answer: RawStream) -> AsyncGenerator[Relayed]:
        parser = EventParser(self._limits.line_bytes)
        while not answer.is_done and (data := await response.read(self._patience(answer))):
            answer.weigh(data)
            for piece in answer.relay(parser.feed(data)):
                yield piece

    async def _whole(
        self, request: RawRequest, body: bytes, refused: frozenset[str], redactor: Redactor
    ) -> AsyncGenerator[Relayed | Ended]:
        """The answer comes at once, when all of it is written: nothing but the limit of the whole bounds the wait."""
        from madang.gateway.upstream.wire import BrokenOff, Silent

        answer = RawBody(self._limits)
        try:
            async with self._sent(request.endpoint, JSON, body, self._limits.total) as response:
                await self._check(response, JSON, body, refused)
                data = bytearray()
                while more := await response.read(self._within(self._limits.total)):
                    answer.weigh(more)
                    data += more
        except Silent as error:
            raise TimedOut("no answer in time") from error
        except BrokenOff as error:
            raise Unreachable("the connection broke off before an answer", reason="reset") from error
        yield answer.read(bytes(data), redactor, request.endpoint)
        yield answer.end()
