"""What every gate needs of a raw request: its headers, and a way to turn it away."""

from collections.abc import Awaitable, Callable, MutableMapping
from http import HTTPStatus
from typing import Any

import orjson
from loguru import logger

from madang.errors import MadangError
from madang.guard.shapes import body_of, is_openai
from madang.ids import new_id

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_request(scope: Scope) -> bool:
    """Say whether this is something a client sent; the server's own start and stop are not."""
    return scope["type"] in ("http", "websocket")


def method_of(scope: Scope) -> str:
    """Return the method in capitals; a WebSocket begins as a GET."""
    return str(scope.get("method", "GET")).upper()


def values(scope: Scope, name: bytes) -> list[bytes]:
    """Return every value of the header `name` (lower case), in order."""
    return [value for key, value in scope["headers"] if key == name]


def value(scope: Scope, name: bytes) -> str | None:
    """Return the header's first value, or None where it did not come."""
    for key, content in scope["headers"]:
        if key == name:
            return str(content, "latin-1")
    return None


def state_of(scope: Scope) -> dict[str, Any]:
    """Return what the gates note about a request for those that stand behind them."""
    state: dict[str, Any] = scope.setdefault("state", {})
    return state


async def refuse(scope: Scope, send: Send, error: MadangError, headers: tuple[Header, ...] = ()) -> None:
    """Answer `error` in the one shape of all errors; a WebSocket is refused before it is accepted."""
    number = new_id()
    logger.info("refused {} {}: {} ({})", scope["type"], scope["path"], error.code, number)
    body = orjson.dumps(body_of(error, number, scope["path"]))
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008, "reason": ""})
        return
    is_socket = scope["type"] == "websocket"
    kind = "websocket.http.response" if is_socket else "http.response"
    # A browser's script sees only that the socket failed; 403 is what a server that cannot say more answers as well.
    status = 403 if is_socket and error.status == 401 else error.status
    common = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    if is_openai(scope["path"]):
        common.append((b"x-request-id", number.encode()))
    await send({"type": f"{kind}.start", "status": status, "headers": [*common, *headers]})
    await send({"type": f"{kind}.body", "body": b"" if method_of(scope) == "HEAD" else body})


def written(error: MadangError, headers: tuple[Header, ...]) -> bytes:
    """Return `error` as a whole HTTP answer, for a request that never became one."""
    number = new_id()
    logger.info("refused unread: {} ({})", error.code, number)
    body = orjson.dumps(body_of(error, number, ""))
    common = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    lines = [b"%b: %b" % header for header in (*common, (b"connection", b"close"), *headers)]
    first = f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}".encode()
    return b"\r\n".join([first, *lines, b"", body])
