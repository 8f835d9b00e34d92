"""The executor of everything asked of files: finds and holds what it would touch, and does it to that."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from madang.clock import Clock
from madang.folders.beneath import Way
from madang.folders.service import Folders
from madang.system.executor import Asking
from madang.system.files import preparing
from madang.system.files.held import HeldAction, finished
from madang.system.files.looking import Keeps
from madang.system.files.preparing import Draft, Preparing
from madang.system.files.resolving import Resolver
from madang.system.files.trash import Trash
from madang.system.requests import (
    DeleteEntries,
    ExtractArchive,
    FindFiles,
    ListFolder,
    MakeFolder,
    MoveEntry,
    ReadFile,
    Request,
    RestoreEntry,
    SearchFiles,
    WriteFile,
)
from madang.system.types import Action

_PREPARERS: Mapping[type[Any], Callable[[Preparing, Any], Draft]] = {
    ReadFile: preparing.read, ListFolder: preparing.list_folder, FindFiles: preparing.find,
    SearchFiles: preparing.search, WriteFile: preparing.write, MakeFolder: preparing.make_folder,
    MoveEntry: preparing.move, DeleteEntries: preparing.delete, RestoreEntry: preparing.restore,
    ExtractArchive: preparing.extract,
}  # fmt: skip


def _keeps_nothing(path: str) -> bool:
    return False


class FileExecutor:
    """Carries out what is asked of files. `keeps` says which paths a search of a run passes over."""

    def __init__(
        self, folders: Folders, trash: Trash, clock: Clock, way: Way | None = None, keeps: Keeps = _keeps_nothing
    ) -> None:
        self._folders = folders
        self._trash = trash
        self._clock = clock
        self._way = way
        self._keeps = keeps

    def takes(self, request: Request) -> bool:
        """Say whether this executor is the one for a request."""
        return type(request) in _PREPARERS

    async def prepare(self, request: Request, asking: Asking) -> HeldAction:
        """Find and hold what it would touch. Raises our errors; `TypeError` for a request of another executor."""
        prepare = _PREPARERS.get(type(request))
        if prepare is None:
            raise TypeError(f"{type(request).__name__} is not asked of files")
        return await finished(partial(self._prepare, prepare, request, asking), lambda action: action.held.close())

    def _prepare(self, prepare: Callable[[Preparing, Any], Draft], request: Any, asking: Asking) -> HeldAction:
        resolver = Resolver(self._folders, request.folder, self._way)
        keeps = _keeps_nothing if asking.actor.kind == "person" else self._keeps
        try:
            draft = prepare(Preparing(resolver, self._trash, self._clock.now(), keeps), request)
        except BaseException:
            resolver.held.close()
            raise
        action = Action(
            draft.kind, asking.actor, asking.run, asking.step, draft.paths, details=draft.details, taint=asking.taint
        )
        return HeldAction(action, draft.preview, draft.do, resolver.held, partial(self._note, draft.written))

    async def _note(self, written: list[tuple[str, str, str]]) -> None:
        """Tell the opened folders which files Madang wrote itself."""
        for folder_id, relative, sha256 in written:
            if folder_id:
                await self._folders.wrote(folder_id, relative, sha256)
