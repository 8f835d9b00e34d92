"""A room's addresses alone, asked by somebody who is signed in already."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
from fastapi import APIRouter, FastAPI, Request, Response
from starlette.types import Receive, Scope, Send

from madang.errors import MadangError
from madang.principal import Principal


@asynccontextmanager
async def visited(
    routers: list[APIRouter], services: Mapping[type, object], who: Principal
) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of these routers, in whose name `who` asks. The text of a refusal is its code."""
    web = FastAPI()
    for router in routers:
        web.include_router(router)
    web.state.services = services

    async def answer(request: Request, error: Exception) -> Response:
        assert isinstance(error, MadangError)
        return Response(error.code, error.status)

    web.add_exception_handler(MadangError, answer)

    async def signed_in(scope: Scope, receive: Receive, send: Send) -> None:
        await web({**scope, "state": {"principal": who}}, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(signed_in), base_url="http://here") as client:
        yield client
