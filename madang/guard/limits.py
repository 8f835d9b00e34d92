"""How much one request may bring, how many may be open, and that a body is what its address takes."""

import asyncio
from itertools import chain

from madang.errors import MadangError
from madang.guard.asgi import SAFE_METHODS, App, Message, Receive, Scope, Send, is_request, method_of, refuse, value
from madang.guard.bounds import HEADER_LIMIT_BYTES, SIGN_IN_LIMIT_BYTES, SLOWEST_BYTES_PER_SECOND, Bounds
from madang.guard.errors import BodyTooLarge, HeadersTooLarge, TooManyOpen, TooSlow, WrongBody, WrongMethod
from madang.guard.paths import SIGN_IN

_METHODS = SAFE_METHODS | {"POST", "PUT", "PATCH", "DELETE"}
_JSON = frozenset({"application/json", "application/json;charset=utf-8", 'application/json;charset="utf-8"'})
RAW_BODIES = frozenset(
    {
        ("POST", "/api/chat/attachments"),
        ("POST", "/v1/audio/transcriptions"),
        ("POST", "/v1/audio/translations"),
    }
)
"""Addresses that take a file as it is or in a form; which kinds of file, their own room says."""


def is_json(media_type: str | None) -> bool:
    """Say whether this is JSON in UTF-8, the one form that a page of another origin cannot send unasked."""
    return media_type is not None and media_type.replace(" ", "").lower() in _JSON


def has_body(scope: Scope) -> bool:
    """Say whether the request brings a body, by its headers."""
    length = value(scope, b"content-length")
    return value(scope, b"transfer-encoding") is not None or length not in (None, "0")


class Limits:
    """Refuses what is too large, too much at once, or of a kind that no address takes."""

    def __init__(self, app: App, bounds: Bounds) -> None:
        self._app = app
        self._bounds = bounds
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_request(scope):
            await self._app(scope, receive, send)
        elif error := self._fault(scope):
            await _turn_away(scope, send, error)
        else:
            self._open += 1
            try:
                await self._pass(scope, receive, send)
            finally:
                self._open -= 1

    def _fault(self, scope: Scope) -> MadangError | None:
        if self._open >= self._bounds.connections:
            return TooManyOpen("too many connections are open", limit=self._bounds.connections)
        if method_of(scope) not in _METHODS:
            return WrongMethod("no address takes this method")
        size = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        if size + sum(map(len, chain.from_iterable(scope["headers"]))) > HEADER_LIMIT_BYTES:
            return HeadersTooLarge("the headers are too large", limit_bytes=HEADER_LIMIT_BYTES)
        return self._fault_of_body(scope) if scope["type"] == "http" and has_body(scope) else None

    def _fault_of_body(self, scope: Scope) -> MadangError | None:
        length = value(scope, b"content-length") or "0"
        limit = self._limit_of(scope)
        if not length.isdecimal() or int(length) > limit:
            return BodyTooLarge("the body is too large", limit_bytes=limit)
        if value(scope, b"content-encoding") not in (None, "identity"):
            return WrongBody("the body must come as it is, not compressed", wanted="identity")
        if not _is_raw(scope) and not is_json(value(scope, b"content-type")):
            return WrongBody("the body must be application/json in UTF-8", wanted="application/json")
        return None

    def _limit_of(self, scope: Scope) -> int:
        is_sign_in = (scope["method"], scope["path"]) == SIGN_IN
        return min(SIGN_IN_LIMIT_BYTES, self._bounds.body_bytes) if is_sign_in else self._bounds.body_bytes

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not has_body(scope):
            await self._app(scope, receive, send)
            return
        body = _Body(receive, send, self._limit_of(scope), self._bounds.request_seconds, _is_raw(scope))
        try:
            await self._app(scope, body.receive, body.send)
        except MadangError:
            if body.fault is None:
                raise
        if body.fault is not None and not body.is_answered:
            await _turn_away(scope, send, body.fault)


class _Body:
    """Counts a body as it is read, and its time. After a fault, whatever the application makes of it, the fault is
    the answer."""

    def __init__(self, receive: Receive, send: Send, limit_bytes: int, silence_seconds: float, is_raw: bool) -> None:
        self._receive = receive
        self._send = send
        self._limit_bytes = limit_bytes
        self._silence_seconds = silence_seconds
        self._is_raw = is_raw
        self._began = asyncio.get_running_loop().time()
        self._read_bytes = 0
        self._is_whole = False
        self.fault: MadangError | None = None
        self.is_answered = False

    async def receive(self) -> Message:
        message = await (self._receive() if self._is_whole else self._next())
        self._is_whole = self._is_whole or not message.get("more_body", False)
        chunk: bytes = message.get("body", b"")
        if self._read_bytes < 4 and not self._is_raw and _is_utf16(chunk):
            self.fault = WrongBody("the body must be in UTF-8", wanted="application/json")
        self._read_bytes += len(chunk)
        if self._read_bytes > self._limit_bytes:
            self.fault = BodyTooLarge("the body is too large", limit_bytes=self._limit_bytes)
        if self.fault is not None:
            raise self.fault
        return message

    async def _next(self) -> Message:
        """Wait for the next part, and not for ever: neither in silence nor for one byte at a time."""
        now = asyncio.get_running_loop().time()
        earned = self._began + self._silence_seconds + self._read_bytes / SLOWEST_BYTES_PER_SECOND
        try:
            async with asyncio.timeout(min(self._silence_seconds, max(earned - now, 0))):
                return await self._receive()
        except TimeoutError:
            self.fault = TooSlow("the body did not come to its end")
            raise self.fault from None

    async def send(self, message: Message) -> None:
        if self.fault is not None and not self.is_answered:
            return
        self.is_answered = True
        await self._send(message)


def _is_raw(scope: Scope) -> bool:
    return (scope["method"], scope["path"]) in RAW_BODIES


def _is_utf16(start: bytes) -> bool:
    """JSON in UTF-8 never holds a NUL nor these two marks, and each other form begins with one of them."""
    return b"\0" in start[:4] or start[:1] in (b"\xff", b"\xfe")


async def _turn_away(scope: Scope, send: Send, error: MadangError) -> None:
    """Refuse. Who was too slow is hung up on; what others still send is thrown away for a while, or the answer
    would be lost with the connection."""
    await refuse(scope, send, error, ((b"connection", b"close"),) if isinstance(error, TooSlow) else ())
