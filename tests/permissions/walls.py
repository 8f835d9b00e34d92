"""The walls with everything real behind them, in this process: a database, an opened folder, the executor of files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from madang.clock import FixedClock
from madang.config import Settings
from madang.db.database import Database
from madang.db.lease import Lease
from madang.folders.service import Folders
from madang.folders.types import OpenedFolder
from madang.permissions.approvals.types import Answer
from madang.permissions.audit.service import Audit
from madang.permissions.errors import Parked
from madang.permissions.ground import Ground
from madang.permissions.service import Permissions
from madang.redact import Redactor
from madang.system.executor import Asking, Outcome
from madang.system.files.executor import FileExecutor
from madang.system.files.trash import Trash
from madang.system.requests import (
    DeleteEntries,
    ListFolder,
    MakeFolder,
    MoveEntry,
    ReadFile,
    Request,
    UndoChanges,
    WriteFile,
)
from madang.system.types import Actor, Taint, Tier
from madang.system.undo.executor import UndoExecutor
from madang.system.undo.journal import Undo

CANARY = "sk-CANARY-0123456789abcdef"
KINDS = (ReadFile, ListFolder, WriteFile, MakeFolder, MoveEntry, DeleteEntries)


@dataclass
class Walls:
    """A house's walls, and one opened folder within them."""

    room: Permissions
    folder: OpenedFolder
    clock: FixedClock
    database: Database
    folders: Folders
    executor: FileExecutor
    undo: Undo
    said: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    @property
    def place(self) -> Path:
        return Path(self.folder.path)

    def write(self, path: str = "a.txt", content: bytes = b"new") -> WriteFile:
        return WriteFile(self.folder.id, path, content)

    async def do(self, request: Request, asking: Asking | None = None) -> Outcome:
        return await self.room.broker.carry_out(request, asking or run())

    async def ask(self, request: Request, asking: Asking | None = None) -> str:
        """Ask for what a person is asked about, and return the question's id."""
        try:
            await self.do(request, asking)
        except Parked as parked:
            return str(parked.details["question"])
        raise AssertionError("nobody was asked")

    async def answer(self, id: str, *, yes: bool = True, scope: Any = "once", digest: str | None = None) -> str:
        """Answer as the dialog does, wait for what was begun, and return how the question stands."""
        shown = await self.room.parking.find(id)
        await self.room.broker.decide(id, Answer(digest or shown.digest, yes, scope, "session"))
        return await self.settled(id)

    async def settled(self, id: str) -> str:
        await self.room.broker.settle()
        return (await self.room.parking.find(id)).state

    async def audit(self) -> list[str]:
        """What happened, the oldest first."""
        return [entry.kind for entry in reversed(await self.room.ground.audit.page(None, 1000))]

    async def is_sound(self) -> bool:
        return (await self.room.ground.audit.verify()).is_sound


def run(step: str = "1", id: str = "run", taint: tuple[Taint, ...] = (), conversation: str = "") -> Asking:
    return Asking(Actor("run", "agent"), id, step, taint, conversation)


@asynccontextmanager
async def walls(
    folder: Path,
    database_url: str,
    clock: FixedClock | None = None,
    tier: Tier = 3,
    name: str = "data",
    **settings: Any,
) -> AsyncIterator[Walls]:
    """Open a house's walls over what lies in `folder`; opened twice, it is the same house after a restart.

    With another `name` of its data folder it is another process on the same database.
    """
    data, place = folder / name, folder / "work"
    for each in (data, place):
        each.mkdir(exist_ok=True)
    clock, redactor, said = clock or FixedClock(), Redactor(), []
    redactor.add(CANARY)
    database = Database.open(database_url)
    await database.start()
    lease, folders = Lease(database, data), Folders(database, data, clock, lambda kind, facts: None)
    await lease.start()
    await folders.start()
    audit = Audit(database, data, data, clock, redactor)
    ground = Ground(database, lease, clock, redactor, lambda kind, facts: said.append((kind, facts)), audit)
    executor = FileExecutor(folders, Trash(data), clock)

    async def found() -> Tier:
        return tier

    undo = Undo(database, lease, folders, data, clock)
    await undo.start()
    given = {"data_dir": data, "policy_file": folder / "policy.toml"} | settings
    room = Permissions.build(ground, Settings(**given), folders, found, undo)
    room.broker.carries(executor, *KINDS)
    room.broker.carries(UndoExecutor(folders, undo), UndoChanges)
    opened = folders.all()[0] if folders.all() else await folders.open(str(place), "write")
    await room.start()
    try:
        yield Walls(room, opened, clock, database, folders, executor, undo, said)
    finally:
        await room.stop()
        await lease.stop()
        await database.stop()
