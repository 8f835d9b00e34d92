"""/api/programs: running a program by hand."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from madang.principal import Principal
from madang.programs.service import Programs, shown
from madang.programs.types import ProgramRun, ProgramState
from madang.system.requests import RunProgram
from madang.web import Body, Page, needs, service

router = APIRouter(prefix="/api/programs", tags=["programs"])

ProgramsDep = Annotated[Programs, service(Programs)]
RunId = Annotated[str, Path(pattern=r"^[0-9a-z]{26}$", description="A run's id.")]


class NewRun(Body):
    """A program and its words, in an opened folder. There is no shell: each word reaches it as it is.

    `unsandboxed` runs it with all the rights Madang has.
    """

    folder: Annotated[str, Field(pattern=r"^[0-9a-z]{26}$")]
    argv: Annotated[list[Annotated[str, Field(max_length=32_768)]], Field(min_length=1, max_length=1000)]
    cwd: Annotated[str, Field(max_length=4096)] = ""
    stdin: Annotated[str, Field(max_length=1 << 20)] = ""
    wall_s: Annotated[int, Field(ge=1, le=600)] = 120
    unsandboxed: bool = False


@dataclass(frozen=True, slots=True)
class ProgramView:
    """A run. While it goes on, follow `stream` on /api/live: `program.delta` holds a stream's name and text."""

    id: str
    folder: str
    argv: list[str]
    cwd: str
    state: ProgramState
    began_at: datetime
    ended_at: datetime | None
    facts: dict[str, Any] | None
    error: dict[str, Any] | None
    stream: str


@router.post("", status_code=202)
async def run(new: NewRun, person: Annotated[Principal, needs(person=True)], programs: ProgramsDep) -> ProgramView:
    """Run a program. It goes on in the background; what cannot be run at all is refused here."""
    request = RunProgram(new.folder, tuple(new.argv), new.cwd, new.stdin.encode(), new.wall_s, new.unsandboxed)
    return _view(await programs.run(request, person))


@router.get("", dependencies=[needs("read")])
async def newest(programs: ProgramsDep) -> Page[ProgramView]:
    """The newest runs, newest first."""
    return Page[ProgramView](items=[_view(run) for run in await programs.newest()])


@router.get("/{run_id}", dependencies=[needs("read")])
async def find(run_id: RunId, programs: ProgramsDep) -> ProgramView:
    """One run, with what it printed once it has ended."""
    return _view(await programs.find(run_id))


@router.post("/{run_id}/stop", dependencies=[needs(person=True)])
async def stop(run_id: RunId, programs: ProgramsDep) -> ProgramView:
    """Stop a run with all it started; it answers once that is done. One that has ended stays as it is."""
    return _view(await programs.end(run_id))


def _view(run: ProgramRun) -> ProgramView:
    return ProgramView(**shown(run))
