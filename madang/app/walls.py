"""The walls put together: what judges, what records, and who carries out which request."""

from madang.app.ground import Ground
from madang.app.workshop import Workshop
from madang.config import Settings
from madang.db.database import Database
from madang.db.folder import prepare_folder
from madang.db.lease import Lease
from madang.folders.service import Folders
from madang.permissions.audit.service import Audit
from madang.permissions.globs import folded
from madang.permissions.ground import Ground as PermissionsGround
from madang.permissions.hard import looks_secret
from madang.permissions.service import Permissions
from madang.principal import Announce
from madang.system.fetch.executor import FetchExecutor
from madang.system.fetch.fetcher import Fetcher
from madang.system.files.executor import FileExecutor
from madang.system.requests import (
    DeleteEntries,
    ExtractArchive,
    FetchPage,
    FindFiles,
    ListFolder,
    MakeFolder,
    MoveEntry,
    ReadFile,
    RestoreEntry,
    RunProgram,
    SearchFiles,
    UndoChanges,
    WriteFile,
)
from madang.system.types import Tier
from madang.system.undo.executor import UndoExecutor
from madang.system.undo.journal import Undo

_OF_FILES = (
    ReadFile, ListFolder, FindFiles, SearchFiles, WriteFile, MakeFolder, MoveEntry, DeleteEntries, RestoreEntry,
    ExtractArchive,
)  # fmt: skip


def is_kept(path: str) -> bool:
    """Say whether a search that nobody does by hand passes a file over: each such file is asked about by itself."""
    return looks_secret(tuple(map(folded, path.split("/"))))


def ground_of_walls(ground: Ground, database: Database, lease: Lease, announce: Announce) -> PermissionsGround:
    """Return what the walls stand on. Raises what `prepare_folder` says of the folder for keys."""
    settings, clock = ground.settings, ground.clock
    keys_dir = prepare_folder(settings.keys_dir) if settings.keys_dir else settings.data_dir
    audit = Audit(database, keys_dir, settings.data_dir, clock, ground.redactor)
    return PermissionsGround(database, lease, clock, ground.redactor, announce, audit)


def build_walls(
    ground: PermissionsGround,
    settings: Settings,
    folders: Folders,
    workshop: Workshop,
    *,
    files: FileExecutor,
    undo: Undo,
) -> Permissions:
    """Put the walls together; nothing is read yet."""

    async def tier() -> Tier:
        return (await workshop.sandbox.read()).tier

    permissions = Permissions.build(ground, settings, folders, tier, undo)
    permissions.broker.carries(files, *_OF_FILES)
    permissions.broker.carries(workshop.executor, RunProgram)
    permissions.broker.carries(FetchExecutor(Fetcher()), FetchPage)
    permissions.broker.carries(UndoExecutor(folders, undo), UndoChanges)
    return permissions
