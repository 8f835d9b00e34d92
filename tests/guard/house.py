"""A small house behind the real gates, run as a process: `python -m tests.guard.house FOLDER SECONDS` prints where
it is. It waits SECONDS for what a client still owes it."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import JSONResponse, PlainTextResponse, StreamingResponse

from madang.clock import Clock
from madang.db.database import Database
from madang.errors import MadangError
from madang.guard import api
from madang.guard.auth import Auth, Credentials
from madang.guard.bounds import Bounds
from madang.guard.brake import Brake
from madang.guard.cookies import Cookie
from madang.guard.gate import gate
from madang.guard.hosts import doors
from madang.guard.once import SignInCodes, Tickets
from madang.guard.password import Password
from madang.guard.secret import hash_of
from madang.guard.sessions import Sessions
from madang.guard.signin import SignIns
from madang.guard.tokens import Tokens
from madang.guard.watch import SessionWatch
from madang.guard.wire import configuration
from madang.web import Body, needs, principal_of

CONTROL_KEY = "control-key-of-the-test-house"
BODY_LIMIT_BYTES = 100_000
CONNECTIONS = 300
LARGE_FILE_BYTES = 20 * 2**20


class Echo(Body):
    text: str


def built(folder: Path, port: int, bounds: Bounds, origins: tuple[str, ...]) -> Any:
    clock, names = Clock(), doors(port, origins)
    db = Database.open(folder / "house.sqlite3")
    brake, cookie = Brake(clock), Cookie.named(port, "test", names)
    sessions = Sessions(db, clock, lambda kind, data: None)
    tokens = Tokens(db, clock, lambda kind, data: None, of_environment="token-of-the-environment")
    codes, tickets, password = SignInCodes(clock), Tickets(clock), Password("an old oak tree")
    watch = SessionWatch(sessions, tokens)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await db.start()
        await sessions.start()
        await tokens.start()
        yield
        await sessions.stop()
        await db.stop()

    app = FastAPI(lifespan=lifespan)
    sign_ins = SignIns(sessions, codes, password, brake)
    parts = (sessions, tokens, codes, tickets, password, cookie, watch, sign_ins)
    app.state.services = {type(part): part for part in parts}
    app.include_router(api.router)
    _add_rooms(app, watch)

    @app.exception_handler(MadangError)
    async def answer(request: Request, error: MadangError) -> JSONResponse:
        body = {"code": error.code, "message": error.message, "details": error.details, "id": ""}
        return JSONResponse({"error": body}, error.status)

    known = Credentials(sessions, tokens, tickets, brake, cookie, hash_of(CONTROL_KEY))
    return gate(Auth(app, known, bounds.request_seconds), names, bounds)


def _add_rooms(app: FastAPI, watch: SessionWatch) -> None:
    @app.get("/")
    @app.get("/chat/{id}")
    @app.get("/static/{path:path}")
    @app.get("/api/health/live")
    async def public() -> PlainTextResponse:
        return PlainTextResponse("public")

    @app.get("/api/large", dependencies=[needs("read")])
    async def large() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            for _ in range(LARGE_FILE_BYTES // 2**16):
                yield b"x" * 2**16

        return StreamingResponse(parts())

    @app.get("/api/things", dependencies=[needs("read")])
    async def things() -> list[str]:
        return ["thing"]

    @app.post("/api/things", dependencies=[needs("manage")])
    async def add(body: Echo) -> dict[str, str]:
        with Path(sys.argv[1], "done").open("a") as done:
            done.write(body.text + "\n")
        return {"text": body.text}

    @app.post("/api/chat/attachments", dependencies=[needs("chat")])
    async def attach(request: Request) -> int:
        return len(await request.body())

    @app.get("/api/live/events")
    async def stream(request: Request) -> StreamingResponse:
        async def beat() -> AsyncIterator[str]:
            while watch.is_live(principal_of(request)):
                yield ": beat\n\n"
                await asyncio.sleep(0.05)

        return StreamingResponse(beat(), media_type="text/event-stream")

    @app.websocket("/api/live")
    async def live(socket: WebSocket) -> None:
        await socket.accept("madang.live")
        while watch.is_live(socket.scope["state"]["principal"]):
            await socket.send_text("beat")
            await asyncio.sleep(0.05)
        await socket.close(4401)


def main() -> None:
    folder, seconds, *origins = sys.argv[1:]
    bounds = Bounds(CONNECTIONS, float(seconds), BODY_LIMIT_BYTES)
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    app = built(Path(folder), port, bounds, tuple(origins))
    print(json.dumps({"port": port}), flush=True)
    uvicorn.Server(configuration(app, bounds, grace_seconds=1)).run(sockets=[listener])


if __name__ == "__main__":
    main()
