"""What a person does with files by hand: each goes the way every action goes, in that person's name."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from madang.errors import MadangError
from madang.folders.service import Folders
from madang.principal import Principal
from madang.system.executor import Asking, Carrier, Outcome
from madang.system.files.trash import Deleted, Trash
from madang.system.requests import Request, UndoChanges
from madang.system.types import Actor
from madang.system.undo.journal import Undo
from madang.system.undo.types import Kept

MOST_OF_A_RUN = 1000


class Files:
    """The files in opened folders."""

    def __init__(self, carrier: Carrier, folders: Folders, trash: Trash, undo: Undo) -> None:
        self._carrier = carrier
        self._folders = folders
        self._trash = trash
        self._undo = undo

    async def ask(self, request: Request, by: Principal) -> Outcome:
        """Carry a request out in the name of whoever sent it. Raises a `MadangError`."""
        return await self._carrier.carry_out(request, Asking(Actor(by.kind, by.id)))

    async def facts(self, request: Request, by: Principal) -> Mapping[str, Any]:
        """Carry a request out and return what it found. Raises a `MadangError`."""
        return (await self.ask(request, by)).facts

    async def deleted(self, folder_id: str) -> list[Deleted]:
        """Return what was deleted from a folder and can be brought back, newest first. Raises as `Folders.hold`."""
        self._folders.find(folder_id)
        return await asyncio.to_thread(self._deleted, folder_id)

    async def changes(self, folder_id: str, run: str | None, before: str | None, limit: int) -> list[Kept]:
        """Return what was changed in a folder and by whom, newest first. Raises `NoSuchFolder`."""
        self._folders.find(folder_id)
        return await self._undo.page(folder_id, run, before, limit)

    async def undo_run(self, folder_id: str, run: str, by: Principal) -> dict[str, str]:
        """Undo everything a run changed in a folder, its last action first; return what became of each path."""
        states: dict[str, str] = {}
        for kept in await self.changes(folder_id, run, None, MOST_OF_A_RUN):
            if kept.state == "kept":
                states |= (await self.facts(UndoChanges(folder_id, kept.id), by))["states"]
        return states

    async def purge(self) -> None:
        """Remove for good what has been in the trash for 30 days."""
        await asyncio.to_thread(self._trash.purge, [])
        for folder in self._folders.all():
            # One that is gone, or is another by now, has its trash with it.
            with suppress(MadangError):
                await asyncio.to_thread(self._purge, folder.id)

    def _deleted(self, folder_id: str) -> list[Deleted]:
        with self._folders.hold(folder_id) as root:
            return self._trash.all(root, folder_id)

    def _purge(self, folder_id: str) -> None:
        with self._folders.hold(folder_id) as root:
            self._trash.purge([root])
