"""The runs that asked or were refused too often, and wait for a person."""

from dataclasses import dataclass

from fastapi import APIRouter

from madang.permissions.api.policy import IdText, PermissionsDep, Person
from madang.permissions.runs.types import PauseReason, RunState
from madang.permissions.types import Mode
from madang.system.types import Taint
from madang.web import needs

router = APIRouter(prefix="/api/permissions", tags=["permissions"])


@dataclass(frozen=True, slots=True)
class RunView:
    """How a run stands: what it asked and was refused since it last went on, what it has met, and why it waits."""

    id: str
    conversation: str
    mode: Mode
    taint: list[Taint]
    asks: int
    denials: int
    paused: PauseReason | None

    @classmethod
    def of(cls, run: RunState) -> "RunView":
        return cls(run.id, run.conversation, run.mode, sorted(run.taint), run.asks, run.denials, run.paused)


@router.get("/runs/paused", dependencies=[needs("read")])
async def paused(permissions: PermissionsDep) -> list[RunView]:
    """The runs that wait for a person, the newest 100 first."""
    return [RunView.of(run) for run in await permissions.runs.paused()]


@router.post("/runs/{id}/resume")
async def resume(id: IdText, principal: Person, permissions: PermissionsDep) -> RunView:
    """Let a paused run go on; it may ask and be refused as often as at its beginning."""
    return RunView.of(await permissions.runs.resume(id, principal.id))
