"""The server's own part of the guard: which protocols read what clients send."""

import asyncio
from functools import partial
from typing import Any, cast

import uvicorn

from madang.guard.bounds import FRAME_LIMIT_BYTES, Bounds
from madang.guard.connection import Connection
from madang.guard.framing import Framing
from madang.guard.lobby import Lobby


def configuration(app: Any, bounds: Bounds, grace_seconds: int) -> uvicorn.Config:
    """Return how to serve `app` within `bounds`; open streams get `grace_seconds` to end when the server does."""
    lobby = Lobby(bounds.connections, bounds.request_seconds)
    return uvicorn.Config(
        app,
        http=cast(type[asyncio.Protocol], partial(Connection, lobby=lobby)),
        ws=Framing,
        ws_max_size=FRAME_LIMIT_BYTES,
        log_config=None,
        access_log=False,
        lifespan="on",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=grace_seconds,
    )
