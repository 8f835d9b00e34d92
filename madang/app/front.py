"""What answers first: the page and its files, while the house behind it is still being opened.

Importing the web framework and the database takes most of a start, so this is plain ASGI on the standard
library. Whatever is not the page waits for the house and is handed on to it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol

from madang.app.site import File, Site
from madang.errors import Unavailable
from madang.guard import paths
from madang.guard.asgi import Receive, Scope, Send, refuse
from madang.guard.errors import TooManyOpen

_FILES_AT_ROOT = {
    "/favicon.ico": "favicon.svg",
    "/favicon.svg": "favicon.svg",
    "/manifest.webmanifest": "manifest.webmanifest",
}
_STATIC = "/static/"
_FOREVER = b"public, max-age=31536000, immutable"
_ASK_AGAIN = b"no-cache"
_SOCKETS_AT_THE_DOOR = 50
"""How many sockets wait for the house; nobody has looked at their credentials yet."""


Answer = Callable[[Send], Awaitable[None]]


class House(Protocol):
    """What stands behind the front once it is open."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...

    async def leave(self) -> None:
        """End what is under way, so that open connections can close."""

    async def close(self) -> None:
        """Stop everything and let go of the data."""


class Front:
    """The outermost application. `open_house` builds what stands behind it and is called once, at start."""

    def __init__(self, site: Site, open_house: Callable[[], Coroutine[Any, Any, House]]) -> None:
        self._site = site
        self._open_house = open_house
        self._opening: asyncio.Future[House] | None = None
        self._started = asyncio.Event()
        self._sockets_at_the_door = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and (answer := await self._prepared(scope)):
            await answer(send)
        else:
            await self._hand_on(scope, receive, send)

    async def _prepared(self, scope: Scope) -> Answer | None:
        """Return what sends the answer, where this path is the front's own."""
        path = scope["path"].removeprefix(_STATIC)
        if path != scope["path"] and self._site.takes_long(path):
            await asyncio.to_thread(self._site.find, path)
        return self._answer(scope)

    async def house(self) -> House:
        """Return the opened house; raises what kept it from opening."""
        await self._started.wait()
        assert self._opening is not None
        return self._opening.result() if self._opening.done() else await asyncio.shield(self._opening)

    async def _hand_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            house = await self._reach(scope)
        except TooManyOpen as error:
            await refuse(scope, send, error)
        except Exception:  # noqa: BLE001 - whoever opened the house has the reason and ends the server with it
            await refuse(scope, send, Unavailable("Madang could not be opened; the terminal says why"))
        else:
            await house(scope, receive, send)

    async def _reach(self, scope: Scope) -> House:
        """Wait for the house. Raises `TooManyOpen` where too many sockets do so already."""
        if scope["type"] != "websocket" or (self._opening is not None and self._opening.done()):
            return await self.house()
        if self._sockets_at_the_door >= _SOCKETS_AT_THE_DOOR:
            raise TooManyOpen("too many are at the door", limit=_SOCKETS_AT_THE_DOOR)
        self._sockets_at_the_door += 1
        try:
            return await self.house()
        finally:
            self._sockets_at_the_door -= 1

    async def leave(self) -> None:
        """Tell the house, where it is open, that the server is about to end."""
        if self._opening is not None and self._opening.done() and not self._opening.exception():
            await self._opening.result().leave()

    async def _live(self, receive: Receive, send: Send) -> None:
        """Answer the server's start and stop; opening goes on in the background."""
        await receive()
        self._opening = asyncio.create_task(self._open_house())
        self._started.set()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._close(self._opening)
        await send({"type": "lifespan.shutdown.complete"})

    async def _close(self, opening: asyncio.Future[House]) -> None:
        """Close the house, or what has been built of it."""
        opening.cancel()
        await asyncio.wait([opening])
        if not opening.cancelled() and opening.exception() is None:
            await opening.result().close()

    def _answer(self, scope: Scope) -> Answer | None:
        path, method = scope["path"], scope["method"]
        if method not in ("GET", "HEAD"):
            return None
        if path == "/api/health/live":
            return lambda send: _send(send, 200, b'{"status":"live"}', [(b"content-type", b"application/json")], method)
        if path.startswith(_STATIC):
            return self._file(scope, self._site.find(path.removeprefix(_STATIC)))
        if path in _FILES_AT_ROOT:
            return self._file(scope, self._site.find(_FILES_AT_ROOT[path]))
        if paths.is_page(path):
            return self._file(scope, (self._site.page(), False))
        return None

    def _file(self, scope: Scope, found: tuple[File, bool] | None) -> Answer | None:
        if found is None:
            return None
        file, is_fixed = found
        asked = dict(scope["headers"])
        headers = [
            (b"content-type", file.media_type.encode()),
            (b"cache-control", _FOREVER if is_fixed else _ASK_AGAIN),
            (b"etag", file.tag.encode()),
            (b"vary", b"accept-encoding"),
        ]
        if asked.get(b"if-none-match") == file.tag.encode():
            return lambda send: _send(send, 304, b"", headers, "HEAD")
        body = file.content
        if file.packed is not None and b"gzip" in asked.get(b"accept-encoding", b""):
            body = file.packed
            headers.append((b"content-encoding", b"gzip"))
        return lambda send: _send(send, 200, body, headers, scope["method"])


async def _send(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]], method: str) -> None:
    length = [] if status == 304 else [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *length]})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})
