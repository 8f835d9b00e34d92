"""A folder opened to write, a secret beside it, and an executor that is asked as a run would ask."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from madang.clock import FixedClock
from madang.db.database import Database
from madang.folders.beneath import Way, by_kernel, by_walk
from madang.folders.service import Folders
from madang.folders.types import OpenedFolder
from madang.system.executor import Asking, Outcome
from madang.system.files.executor import FileExecutor
from madang.system.files.trash import Trash
from madang.system.requests import Request
from madang.system.types import Action, Actor

ASKING = Asking(Actor("run", "r1"), "r1", "s1")


@dataclass(slots=True)
class Worker:
    """The executor, the folder it works in, and what lies beside that."""

    executor: FileExecutor
    folders: Folders
    folder: OpenedFolder
    trash: Trash
    asking: Asking = field(default=ASKING)

    @property
    def id(self) -> str:
        return self.folder.id

    @property
    def path(self) -> Path:
        return Path(self.folder.path)

    @property
    def outside(self) -> Path:
        return self.path.parent / "outside"

    async def do(self, request: Request, meanwhile: Callable[[], object] | None = None) -> Outcome:
        """Prepare a request, let something happen, and perform it."""
        async with await self.executor.prepare(request, self.asking) as prepared:
            if meanwhile:
                meanwhile()
            return await prepared.perform(lambda kind, data: None)

    async def action(self, request: Request) -> Action:
        async with await self.executor.prepare(request, self.asking) as prepared:
            return prepared.action


@pytest.fixture(params=["kernel", "walk"])
def way(request: pytest.FixtureRequest) -> Way:
    """Each way of opening in turn."""
    return by_kernel if request.param == "kernel" else by_walk


@pytest.fixture
async def worker(tmp_path: Path, way: Way) -> AsyncIterator[Worker]:
    """An executor on a folder `in`, with a secret in the folder `outside` beside it."""
    for name in ("in", "outside", "data"):
        (tmp_path / name).mkdir()
    (tmp_path / "outside" / "secret").write_text("outside")
    database = Database.open(tmp_path / "data" / "madang.db")
    await database.start()
    folders = Folders(database, tmp_path / "data", FixedClock(), lambda *event: None)
    await folders.start()
    trash = Trash(tmp_path / "data")
    folder = await folders.open(str(tmp_path / "in"), "write")
    executor = FileExecutor(folders, trash, FixedClock(), way, keeps=lambda path: path.endswith(".env"))
    yield Worker(executor, folders, folder, trash)
    await database.stop()


def everything(folder: Path) -> dict[str, bytes | None]:
    """Every name below, and what is in the files."""
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }
