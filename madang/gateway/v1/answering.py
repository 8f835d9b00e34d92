"""Writes one answer: whole with its cost in the headers, or as a stream with its cost before the end."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import orjson
from loguru import logger

from madang.errors import MadangError
from madang.gateway.types import Finished, RawChunk, RawRequest, Relayed, Started
from madang.gateway.v1 import headers
from madang.gateway.v1.forms import Form
from madang.gateway.v1.refusing import refusal_of
from madang.guard.asgi import Header, Send
from madang.ids import new_id
from madang.redact import Redactor

_JSON: Header = (b"content-type", b"application/json")
_STREAM: Header = (b"content-type", b"text/event-stream; charset=utf-8")


class Answering:
    """The way back to one client."""

    def __init__(self, send: Send, redactor: Redactor, path: str) -> None:
        self._send = send
        self._redactor = redactor
        self._path = path
        self._form: Form | None = None
        self._has_begun = False
        self.is_whole = False

    async def write(self, request: RawRequest, form: Form, chunks: AsyncGenerator[RawChunk]) -> None:
        """Write what the gateway says to a request. Raises its error where nothing was written yet."""
        self._form = form
        async with aclosing(chunks):
            await (self._stream(form, chunks) if request.is_streamed else self._whole(form, chunks))

    async def json(self, content: object) -> None:
        """Write something that did not come from a model."""
        await self._all(200, orjson.dumps(content), [_JSON, (b"x-request-id", new_id().encode())])

    async def refuse(self, error: Exception) -> None:
        """Write an error: with its status, or as the last event of a stream that has begun."""
        refusal, receipt = refusal_of(error, self._redactor), getattr(error, "receipt", None)
        number = receipt.call_id if receipt else new_id()
        if isinstance(error, MadangError):
            logger.info("{}: {} ({}) {}", self._path, refusal.code, number, error.message)
        else:
            logger.opt(exception=error).error("{}: internal ({})", self._path, number)
        if self._has_begun and self._form:
            if (said := self._form.failure(refusal.body)) is not None:
                await self._piece(said, is_last=True)
            return
        told = [(name.encode(), value.encode()) for name, value in refusal.headers]
        body, number_told = orjson.dumps(refusal.body), (b"x-request-id", number.encode())
        await self._all(refusal.status, body, [_JSON, number_told, *told])

    async def _whole(self, form: Form, chunks: AsyncGenerator[RawChunk]) -> None:
        started, body, kind = None, b"", _JSON
        async for chunk in chunks:
            match chunk:
                case Started():
                    started = chunk
                case Relayed(data):
                    body, kind = data, _kind(chunk, _JSON)
                case Finished(reason, receipt) if started:
                    said = form.whole(body, started, reason, receipt)
                    await self._all(200, said, [kind, *headers.of_start(started), *headers.of_end(receipt)])

    async def _stream(self, form: Form, chunks: AsyncGenerator[RawChunk]) -> None:
        started: Started | None = None
        async for chunk in chunks:
            match chunk:
                case Started():
                    started = chunk
                case Relayed(data) if started:
                    if not self._has_begun:
                        await self._begin(200, [_kind(chunk, _STREAM), *headers.of_start(started)])
                    await self._piece(form.piece(data, started))
                case Finished(reason, receipt):
                    await self._piece(form.end(reason, receipt), is_last=True)

    async def _all(self, status: int, body: bytes, told: list[Header]) -> None:
        await self._begin(status, [(b"content-length", b"%d" % len(body)), *told])
        await self._piece(body, is_last=True)

    async def _begin(self, status: int, told: list[Header]) -> None:
        self._has_begun = True
        await self._send({"type": "http.response.start", "status": status, "headers": told})

    async def _piece(self, data: bytes, is_last: bool = False) -> None:
        self.is_whole = is_last
        await self._send({"type": "http.response.body", "body": data, "more_body": not is_last})


def _kind(chunk: Relayed, usual: Header) -> Header:
    return (b"content-type", chunk.media_type.encode()) if chunk.media_type else usual
