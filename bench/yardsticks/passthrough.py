"""Starlette and aiohttp that hand a request on and the answer back: `python -m …passthrough PORT UPSTREAM_URL`.

`POST /` answers when it has the whole; `POST /stream` passes the bytes on as they come.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

UPSTREAM = sys.argv[2] if len(sys.argv) > 2 else ""
JSON = {"Content-Type": "application/json"}


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        app.state.session = session
        yield


async def hand_on(request: Request) -> Response:
    session: aiohttp.ClientSession = request.app.state.session
    async with session.post(f"{UPSTREAM}/chat/completions", data=await request.body(), headers=JSON) as answer:
        return Response(await answer.read(), answer.status, media_type=answer.content_type)


async def stream_on(request: Request) -> Response:
    return StreamingResponse(_pieces(request, await request.body()), media_type="text/event-stream")


async def _pieces(request: Request, body: bytes) -> AsyncIterator[bytes]:
    session: aiohttp.ClientSession = request.app.state.session
    async with session.post(f"{UPSTREAM}/chat/completions", data=body, headers=JSON) as answer:
        async for piece in answer.content.iter_any():
            yield piece


app = Starlette(
    routes=[Route("/", hand_on, methods=["POST"]), Route("/stream", stream_on, methods=["POST"])], lifespan=lifespan
)

if __name__ == "__main__":
    port = int(sys.argv[1])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False, timeout_keep_alive=120)
