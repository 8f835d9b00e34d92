"""Starlette and aiohttp that hand a request on and the answer back: `python -m …passthrough PORT UPSTREAM_URL`."""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

UPSTREAM = sys.argv[2] if len(sys.argv) > 2 else ""


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    async with aiohttp.ClientSession() as session:
        app.state.session = session
        yield


async def hand_on(request: Request) -> Response:
    session: aiohttp.ClientSession = request.app.state.session
    headers = {"Content-Type": "application/json"}
    async with session.post(f"{UPSTREAM}/chat/completions", data=await request.body(), headers=headers) as answer:
        return Response(await answer.read(), answer.status, media_type=answer.content_type)


app = Starlette(routes=[Route("/", hand_on, methods=["POST"])], lifespan=lifespan)

if __name__ == "__main__":
    uvicorn.run(
        app, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False, timeout_keep_alive=120
    )
