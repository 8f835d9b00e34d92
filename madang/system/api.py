"""/api/system: the machine, and the sandbox that programs run in."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter

from madang.system.facts import Machine, look
from madang.system.programs.probe import SandboxReport
from madang.system.programs.sandbox import SandboxState
from madang.web import needs, service

router = APIRouter(prefix="/api/system", tags=["system"])

SandboxDep = Annotated[SandboxState, service(SandboxState)]


@dataclass(frozen=True, slots=True)
class DataPlace:
    """Where the data folder is."""

    path: Path


@dataclass(frozen=True, slots=True)
class SystemView:
    """The machine as it is, and the best sandbox that works on it."""

    machine: Machine
    sandbox: SandboxReport


@router.get("", dependencies=[needs("read")])
async def read(place: Annotated[DataPlace, service(DataPlace)], sandbox: SandboxDep) -> SystemView:
    """The machine as it is. The sandbox is tried when it is first asked about."""
    return SystemView(await asyncio.to_thread(look, place.path), await sandbox.read())


@router.post("/sandbox/probe", dependencies=[needs("manage", person=True)])
async def probe(sandbox: SandboxDep) -> SandboxReport:
    """Try every tier of the sandbox again, each by attacking it from within."""
    return await sandbox.probe()
