"""Whose page sent a request. Sec-Fetch-Site says it where it comes; else the Origin is compared with the Host.

The order is that of Go's `http.CrossOriginProtection`, used here for reads of the API and WebSockets as well.
"""

from typing import Literal, assert_never

from madang.guard import paths
from madang.guard.asgi import (
    SAFE_METHODS,
    App,
    Header,
    Message,
    Receive,
    Scope,
    Send,
    is_request,
    method_of,
    refuse,
    state_of,
    values,
)
from madang.guard.errors import ForeignOrigin
from madang.guard.hosts import Doors

Origin = Literal["own", "named", "unknown", "foreign"]
"""`own` page, an origin `named` in the settings, `unknown` (no browser, or an address typed by hand), or `foreign`."""

_ANSWERS = (
    b"authorization, content-type, last-event-id, x-file-name, x-madang-cache",
    b"GET, POST, PUT, PATCH, DELETE",
)


def judge(names: Doors, host: str, origins: list[bytes], sites: list[bytes]) -> Origin:
    """Decide by the headers Host, Origin and Sec-Fetch-Site."""
    if len(origins) > 1 or len(sites) > 1:
        return "foreign"
    origin = str(origins[0], "latin-1") if origins else None
    if origin in names.named and origin != names.own.get(host):
        return "named"
    if sites:
        return _by_site(sites[0])
    if origin is None:
        return "unknown"
    return "own" if origin == names.own.get(host) else "foreign"


def _by_site(site: bytes) -> Origin:
    if site == b"same-origin":
        return "own"
    return "unknown" if site == b"none" else "foreign"


class OriginGate:
    """Turns foreign pages away and answers the questions of those origins that the settings name."""

    def __init__(self, app: App, names: Doors) -> None:
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_request(scope):
            await self._app(scope, receive, send)
            return
        state = state_of(scope)
        origins = values(scope, b"origin")
        origin = judge(self._names, state["host"], origins, values(scope, b"sec-fetch-site"))
        state["origin"] = origin
        match origin:
            case "own" | "unknown":
                await self._app(scope, receive, send)
            case "foreign":
                await self._meet_foreign(scope, receive, send)
            case "named":
                await self._meet_named(scope, receive, send, origins[0])
            case _:
                assert_never(origin)

    async def _meet_foreign(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a link on another site open the page, and nothing else."""
        if scope["type"] == "http" and _is_visit(scope):
            await self._app(scope, receive, send)
        else:
            await refuse(scope, send, ForeignOrigin("a page of another origin sent this"))

    async def _meet_named(self, scope: Scope, receive: Receive, send: Send, origin: bytes) -> None:
        allowed = ((b"access-control-allow-origin", origin), (b"vary", b"Origin"))
        if scope["type"] == "http" and method_of(scope) == "OPTIONS" and values(scope, _PREFLIGHT):
            await _answer_preflight(send, allowed)
        else:
            await self._app(scope, receive, _adding(send, allowed))


_PREFLIGHT = b"access-control-request-method"


def _is_visit(scope: Scope) -> bool:
    method, path = method_of(scope), scope["path"]
    is_open = paths.is_page(path) or paths.is_file(path) or paths.is_docs(path)
    return method in SAFE_METHODS - {"OPTIONS"} and (is_open or path == "/api/health/live")


async def _answer_preflight(send: Send, allowed: tuple[Header, ...]) -> None:
    """Say what a named origin may send. Never credentials: it brings a bearer token or nothing."""
    names, methods = _ANSWERS
    said = [
        *allowed,
        (b"access-control-allow-headers", names),
        (b"access-control-allow-methods", methods),
        (b"access-control-max-age", b"600"),
    ]
    await send({"type": "http.response.start", "status": 204, "headers": said})
    await send({"type": "http.response.body", "body": b""})


def _adding(send: Send, headers: tuple[Header, ...]) -> Send:
    async def add(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), *headers]
        await send(message)

    return add
