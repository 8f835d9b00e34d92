"""The two views behind a real uvicorn, with a gate that lets everybody in whose name is on a list."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.routing import WebSocketRoute

from madang.errors import MadangError
from madang.live import api
from madang.live.access import Access, readers
from madang.live.journal import Journal
from madang.live.socket import LiveSocket
from madang.principal import Principal

STREAM = "conversation:1"


@dataclass(slots=True)
class House:
    """Where it is, who is signed in, and a client to come with."""

    url: str
    client: aiohttp.ClientSession
    signed_in: set[str] = field(default_factory=lambda: {"reader", "chatter"})

    def socket(self, who: str = "reader") -> Any:
        """Open the WebSocket as `who`."""
        return self.client.ws_connect(
            f"{self.url}/api/live", protocols=["madang.live", "ticket.used"], headers={"x-who": who}
        )

    def events(self, who: str = "reader", **more: str) -> Any:
        """Open the server-sent events as `who`; `last_event_id` is a header, the rest goes in the query."""
        headers = {"x-who": who} | ({"last-event-id": more.pop("last_event_id")} if "last_event_id" in more else {})
        return self.client.get(f"{self.url}/api/live/events", params={"stream": STREAM} | more, headers=headers)


class _Gate:
    """Says who asks, by a header."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        who = dict(scope.get("headers", ())).get(b"x-who", b"").decode()
        if who:
            scopes = frozenset({"read"}) if who == "reader" else frozenset({"chat"})
            scope.setdefault("state", {})["principal"] = Principal("token", who, scopes)  # type: ignore[arg-type]
        await self._app(scope, receive, send)


@asynccontextmanager
async def house(journal: Journal, check_seconds: float = 0.05) -> AsyncIterator[House]:
    """Serve the views of `journal` on a free port."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as client:
        place = House(url, client)
        access = Access(lambda principal: principal.id in place.signed_in, readers, check_seconds)
        config = uvicorn.Config(_Gate(_app(journal, access)), log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        yield place
        journal.hang_up()
        server.should_exit = True
        await client.close()
        await serving


def _app(journal: Journal, access: Access) -> FastAPI:
    app = FastAPI()
    app.state.services = {Journal: journal, Access: access}
    app.include_router(api.router)
    app.router.routes.append(WebSocketRoute("/api/live", LiveSocket(journal, access)))

    @app.exception_handler(MadangError)
    async def answer(request: Request, error: MadangError) -> JSONResponse:
        return JSONResponse({"error": {"code": error.code}}, error.status)

    return app
