"""Carries out `UndoChanges`: an action like any other, so that it is judged, recorded, and can be undone itself."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from madang.errors import BadRequest
from madang.folders.beneath import Root
from madang.folders.service import Folders
from madang.system.executor import Asking, Outcome, Watch
from madang.system.requests import Request, UndoChanges
from madang.system.types import Action, ObjectType, Touched
from madang.system.undo.errors import NoSuchChange, NotUndoable
from madang.system.undo.journal import Undo
from madang.system.undo.restoring import restore
from madang.system.undo.scanning import look
from madang.system.undo.types import Change


class UndoExecutor:
    """Puts back what the journal holds."""

    def __init__(self, folders: Folders, undo: Undo) -> None:
        self._folders = folders
        self._undo = undo

    async def prepare(self, request: Request, asking: Asking) -> "PreparedUndo":
        """Find what would be put back. Raises `NoSuchChange`, `NotUndoable`, and as `Folders.hold`."""
        if not isinstance(request, UndoChanges):
            raise BadRequest("this undoes changes only")
        kept = await self._undo.find(request.entry)
        if kept.folder != request.folder:
            raise NoSuchChange("nothing of this id can be undone")
        if kept.state not in ("kept", "undone"):
            raise NotUndoable("what this changed is not held", state=kept.state)
        changes = _chosen(kept.changes, request.paths)
        folder = self._folders.find(request.folder)
        root = await asyncio.to_thread(self._folders.hold, request.folder)
        paths = tuple(_touched(folder.id, folder.path, one) for one in changes if one.path)
        details = {"undo": request.entry, "over": sorted(request.over)}
        action = Action(
            "fs.write", asking.actor, asking.run, asking.step, paths, details=details, taint=asking.taint
        )  # fmt: skip
        return PreparedUndo(action, root, changes, frozenset(request.over), self._undo, request.entry)


@dataclass(slots=True)
class PreparedUndo:
    """Changes to be put back, with their folder held."""

    action: Action
    root: Root
    changes: list[Change]
    over: frozenset[str]
    undo: Undo
    entry: str

    @property
    def preview(self) -> Mapping[str, Any]:
        """What becomes of each path: `undoes` by path, "created", "changed" or "deleted" as it was done."""
        return {"undoes": {"/".join(one.path): one.kind for one in self.changes if not one.is_time_only}}

    async def perform(self, watch: Watch) -> Outcome:
        """Put it back; `states` says what became of each path: restored, unchanged, or conflict where it was changed
        since and left."""
        states = await asyncio.to_thread(self._put_back)
        if states and "conflict" not in states.values():
            await self.undo.mark(self.entry, "undone")
        return Outcome({"states": states})

    def _put_back(self) -> dict[str, str]:
        # Whoever says so has what is there now taken for what the action left.
        changes = [
            replace(one, after=look(self.root, one.path)) if "/".join(one.path) in self.over else one
            for one in self.changes
        ]
        done = restore(self.root, changes, self.undo.contents)
        return {"/".join(one.path): done[one.path] for one in changes if not one.is_time_only}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.root.close()


def _chosen(changes: tuple[Change, ...], paths: tuple[str, ...]) -> list[Change]:
    """Return the changes of these paths, with the folders that have to be there for them; all where none is named."""
    if not paths:
        return list(changes)
    wanted = {tuple(path.split("/")) for path in paths}
    above = {path[:count] for path in wanted for count in range(len(path))}
    return [
        one
        for one in changes
        if any(one.path[: len(path)] == path for path in wanted)
        or (one.path in above and one.before is not None and one.before.type == "folder")
    ]


def _touched(folder: str, root: str, change: Change) -> Touched:
    relative = "/".join(change.path)
    path = f"{root.rstrip('/')}/{relative}"
    kind: ObjectType = "missing"
    if change.after is not None and change.after.type != "other":
        kind = "folder" if change.after.type == "folder" else "file"
    return Touched("write", folder, relative, path, path, kind)
