"""The folders a person opened: kept in the database, read from memory, held anew each time something is done."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from madang.clock import Clock
from madang.db.database import Database
from madang.folders import fingerprint, store
from madang.folders.beneath import Root, Way
from madang.folders.choosing import check_apart, checked_path, hold_new, is_within, places
from madang.folders.errors import (
    FolderAlreadyOpen,
    FolderGone,
    FolderReplaced,
    NoSuchFolder,
    TooManyFolders,
    TrustOutdated,
)
from madang.folders.types import FolderAccess, FolderState, OpenedFolder, Places, Standing
from madang.ids import new_id
from madang.principal import Announce

MOST_FOLDERS = 100


class Folders:
    """Every opened folder of this installation."""

    def __init__(self, database: Database, data_dir: Path, clock: Clock, announce: Announce) -> None:
        self._database = database
        self._data_dir = data_dir
        self._clock = clock
        self._announce = announce
        self._folders: dict[str, OpenedFolder] = {}
        self._accepted: dict[str, Mapping[str, str]] = {}
        self._changing = asyncio.Lock()

    async def start(self) -> None:
        """Read what is open, and hear of what is opened and closed at other processes."""
        self._database.refresh_on(store.FOLDERS, self.refresh)
        await self.refresh()

    async def stop(self) -> None:
        """Nothing is held open."""

    async def refresh(self) -> None:
        """Read again what is open."""
        found = await store.all_folders(self._database)
        self._folders = {folder.id: folder for folder, _ in found}
        self._accepted = {folder.id: accepted for folder, accepted in found}

    def all(self) -> list[OpenedFolder]:
        """Return every opened folder, oldest first."""
        return list(self._folders.values())

    def find(self, folder_id: str) -> OpenedFolder:
        """Return one. Raises `NoSuchFolder`."""
        if folder := self._folders.get(folder_id):
            return folder
        raise NoSuchFolder("no opened folder has this id")

    def around(self, path: str) -> OpenedFolder | None:
        """Return the opened folder that an absolute path is in, if there is one."""
        return next((folder for folder in self._folders.values() if is_within(path, folder.path)), None)

    def hold(self, folder_id: str, way: Way | None = None) -> Root:
        """Hold an opened folder, which is the caller's to close. Blocks: call it in a thread.

        Raises `NoSuchFolder`, `FolderGone`, and `FolderReplaced` where another one lies under its path.
        """
        return _held(self.find(folder_id), way)

    async def open(self, path: str, access: FolderAccess) -> OpenedFolder:
        """Open a folder and return it. To write is to trust what Madang would load from it.

        Raises `BadFolderPath`, `FolderNotThere`, `LinkToFolder`, `FolderNotForUs`, `FolderOutOfReach`,
        `FolderAlreadyOpen`, `FolderNested` and `TooManyFolders`.
        """
        path = checked_path(path)
        async with self._changing:
            await self.refresh()
            if len(self._folders) >= MOST_FOLDERS:
                raise TooManyFolders("close another folder first", most=MOST_FOLDERS)
            identity, accepted = await asyncio.to_thread(self._look_new, path, access)
            folder = OpenedFolder(new_id(), path, Path(path).name, access, *identity, self._clock.now())
            if not await store.add_folder(self._database, folder, accepted):
                raise FolderAlreadyOpen("this folder is open")
            await self._changed()
        return folder

    async def change(self, folder_id: str, access: FolderAccess) -> OpenedFolder:
        """Let it go further, or less far. Raises as `open` and `hold`."""
        folder = self.find(folder_id)
        async with self._changing:
            accepted = await asyncio.to_thread(self._look_again, folder, access)
            if not await store.set_access(self._database, folder_id, access):
                raise NoSuchFolder("no opened folder has this id")
            if access == "write" != folder.access:
                await store.set_accepted(self._database, folder_id, accepted)
            await self._changed()
        return replace(folder, access=access)

    async def close(self, folder_id: str) -> None:
        """Close it; nothing in it changes. Raises `NoSuchFolder`."""
        async with self._changing:
            if not await store.remove_folder(self._database, folder_id):
                raise NoSuchFolder("no opened folder has this id")
            await self._changed()

    async def standing(self, folder_id: str) -> Standing:
        """Look at a folder as it is. Raises `NoSuchFolder`."""
        folder = self.find(folder_id)
        return await asyncio.to_thread(_standing, folder, self._accepted.get(folder_id, {}))

    async def trust(self, folder_id: str, seen: str) -> None:
        """Load again what Madang loads from it: the person looked at the files whose fingerprint is `seen`.

        Raises `TrustOutdated` where they changed since, and as `hold`.
        """
        folder = self.find(folder_id)
        async with self._changing:
            current = await asyncio.to_thread(_look, folder)
            if fingerprint.fingerprint_of(current) != seen:
                raise TrustOutdated("the files changed again")
            await self._accept(folder_id, current)

    async def wrote(self, folder_id: str, relative: str, sha256: str) -> None:
        """Take note of a change that Madang made itself and that was approved; an empty hash: the file is gone."""
        if not fingerprint.is_loaded(relative) or folder_id not in self._folders:
            return
        async with self._changing:
            accepted = dict(self._accepted.get(folder_id, {}))
            accepted.pop(relative, None)
            if sha256:
                accepted[relative] = sha256
            await self._accept(folder_id, accepted)

    async def loaded(self, folder_id: str) -> dict[str, bytes]:
        """Return what Madang may load from a folder, by path: the files that are as the person last saw them."""
        folder, accepted = self.find(folder_id), self._accepted.get(folder_id, {})
        return await asyncio.to_thread(_load, folder, accepted)

    async def places(self, path: str | None) -> Places:
        """Return the folders in a folder to choose from; in the home folder where none is named."""
        return await asyncio.to_thread(places, path)

    def _look_new(self, path: str, access: FolderAccess) -> tuple[tuple[int, int], Mapping[str, str]]:
        with hold_new(path, access, self._data_dir) as root:
            check_apart(path, root.identity(), self._folders.values())
            return root.identity(), _trusted(root) if access == "write" else {}

    def _look_again(self, folder: OpenedFolder, access: FolderAccess) -> Mapping[str, str]:
        with _held(folder), hold_new(folder.path, access, self._data_dir) as root:
            return _trusted(root)

    async def _accept(self, folder_id: str, current: Mapping[str, str]) -> None:
        accepted = {path: value for path, value in current.items() if value != fingerprint.UNREADABLE}
        await store.set_accepted(self._database, folder_id, accepted)
        await self._changed()

    async def _changed(self) -> None:
        await self.refresh()
        self._announce("folders.changed", {})


def _held(folder: OpenedFolder, way: Way | None = None) -> Root:
    try:
        root = Root.hold(folder.path, way)
    except OSError as error:
        raise FolderGone("the folder is no longer there") from error
    if root.identity() != (folder.dev, folder.ino):
        root.close()
        raise FolderReplaced("another folder lies under the path of the one that was opened")
    return root


def _trusted(root: Root) -> dict[str, str]:
    return {path: value for path, value in fingerprint.look(root).items() if value != fingerprint.UNREADABLE}


def _look(folder: OpenedFolder) -> dict[str, str]:
    with _held(folder) as root:
        return fingerprint.look(root)


def _load(folder: OpenedFolder, accepted: Mapping[str, str]) -> dict[str, bytes]:
    with _held(folder) as root:
        return fingerprint.load(root, accepted)


def _standing(folder: OpenedFolder, accepted: Mapping[str, str]) -> Standing:
    state: FolderState = "ready"
    try:
        current = _look(folder)
    except FolderGone:
        state, current = "gone", {}
    except FolderReplaced:
        state, current = "replaced", {}
    ignored = fingerprint.differences(accepted, current) if state == "ready" else {}
    return Standing(folder, state, ignored, fingerprint.fingerprint_of(current))
