"""How much one request may bring, how many may be open, and that a body is what its address takes."""

from madang.errors import MadangError
from madang.guard.asgi import SAFE_METHODS, App, Message, Receive, Scope, Send, is_request, method_of, refuse, value
from madang.guard.errors import BodyTooLarge, HeadersTooLarge, TooManyOpen, WrongBody, WrongMethod
from madang.guard.paths import SIGN_IN

HEADER_LIMIT_BYTES = 32 * 2**10
BODY_LIMIT_BYTES = 50 * 2**20
SIGN_IN_LIMIT_BYTES = 16 * 2**10
SOCKET_LIMIT = 10_000
FRAME_LIMIT_BYTES = 2**20
"""Largest WebSocket message; the server in front enforces it (`ws_max_size`)."""

_METHODS = SAFE_METHODS | {"POST", "PUT", "PATCH", "DELETE"}
_JSON = frozenset({"application/json", "application/json;charset=utf-8", 'application/json;charset="utf-8"'})
RAW_BODIES = frozenset({("POST", "/api/chat/attachments")})
"""Addresses that take a file as it is; which kinds of file, their own room says."""


def is_json(media_type: str | None) -> bool:
    """Say whether this is JSON in UTF-8, the one form that a page of another origin cannot send unasked."""
    return media_type is not None and media_type.replace(" ", "").lower() in _JSON


def has_body(scope: Scope) -> bool:
    """Say whether the request brings a body, by its headers."""
    length = value(scope, b"content-length")
    return value(scope, b"transfer-encoding") is not None or length not in (None, "0")


class Limits:
    """Refuses what is too large, too much at once, or of a kind that no address takes."""

    def __init__(self, app: App, body_limit_bytes: int = BODY_LIMIT_BYTES, socket_limit: int = SOCKET_LIMIT) -> None:
        self._app = app
        self._body_limit_bytes = body_limit_bytes
        self._socket_limit = socket_limit
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
        if self._open >= self._socket_limit:
            return TooManyOpen("too many connections are open", limit=self._socket_limit)
        if method_of(scope) not in _METHODS:
            return WrongMethod("no address takes this method")
        size = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        if size + sum(len(name) + len(content) for name, content in scope["headers"]) > HEADER_LIMIT_BYTES:
            return HeadersTooLarge("the headers are too large", limit_bytes=HEADER_LIMIT_BYTES)
        return self._fault_of_body(scope) if scope["type"] == "http" and has_body(scope) else None

    def _fault_of_body(self, scope: Scope) -> MadangError | None:
        length = value(scope, b"content-length") or "0"
        limit = self._limit_of(scope)
        if not length.isdecimal() or int(length) > limit:
            return BodyTooLarge("the body is too large", limit_bytes=limit)
        if not _is_raw(scope) and not is_json(value(scope, b"content-type")):
            return WrongBody("the body must be application/json in UTF-8", wanted="application/json")
        return None

    def _limit_of(self, scope: Scope) -> int:
        is_sign_in = (scope["method"], scope["path"]) == SIGN_IN
        return min(SIGN_IN_LIMIT_BYTES, self._body_limit_bytes) if is_sign_in else self._body_limit_bytes

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not has_body(scope):
            await self._app(scope, receive, send)
            return
        body = _Body(receive, send, self._limit_of(scope), _is_raw(scope))
        try:
            await self._app(scope, body.receive, body.send)
        except MadangError:
            if body.fault is None:
                raise
        if body.fault is not None and not body.is_answered:
            await _turn_away(scope, send, body.fault)


class _Body:
    """Counts a body as it is read. After a fault, whatever the application makes of it, the fault is the answer."""

    def __init__(self, receive: Receive, send: Send, limit_bytes: int, is_raw: bool) -> None:
        self._receive = receive
        self._send = send
        self._limit_bytes = limit_bytes
        self._is_raw = is_raw
        self._read_bytes = 0
        self.fault: MadangError | None = None
        self.is_answered = False

    async def receive(self) -> Message:
        message = await self._receive()
        chunk: bytes = message.get("body", b"")
        if self._read_bytes < 4 and not self._is_raw and _is_utf16(chunk):
            self.fault = WrongBody("the body must be in UTF-8", wanted="application/json")
        self._read_bytes += len(chunk)
        if self._read_bytes > self._limit_bytes:
            self.fault = BodyTooLarge("the body is too large", limit_bytes=self._limit_bytes)
        if self.fault is not None:
            raise self.fault
        return message

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
    """Refuse and hang up, so that the rest of the body need not be read."""
    await refuse(scope, send, error, ((b"connection", b"close"),))
