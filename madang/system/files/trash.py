"""Where deleted things wait: in Madang's own folder where that lies on the same disk, else beside what was deleted."""

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import orjson

from madang.errors import named
from madang.folders.beneath import FOLDER, Root
from madang.ids import is_id, new_id
from madang.system.files.errors import ChangedMeanwhile, NoSuchPath, OtherDisk, mapped
from madang.system.files.place import Place, sync_folder
from madang.system.files.renaming import rename_new

TRASH = ".madang-trash"
"""The folder in an opened folder that holds what was deleted there, where its disk is not Madang's."""
KEPT = timedelta(days=30)
MOST_SHOWN = 1000
ITEM, _ABOUT = "item", "about.json"
_LARGEST_ABOUT = 64 << 10
_Opening = Callable[[], AbstractContextManager[Root]]


@dataclass(frozen=True, slots=True)
class Deleted:
    """One thing in the trash: of which opened folder, and the path it had there."""

    id: str
    folder: str
    path: str
    type: str
    deleted_at: str


class Trash:
    """The trash of this machine, and those within opened folders."""

    def __init__(self, data_dir: Path) -> None:
        self._place = data_dir / "trash"

    def put(self, root: Root | None, place: Place, found: os.stat_result, about: Callable[[str], Deleted]) -> Deleted:
        """Move what was `found` at a place here and return what is kept of it. Raises our errors.

        Where something else is at the place by then, it is put back. Without an opened folder (`root`) only Madang's
        own trash takes it.
        """
        deleted = about(new_id())
        with mapped(place.shown):
            for trash in self._places(root, makes=True):
                with trash() as folder:
                    if _take(folder, place, found, deleted):
                        return deleted
        raise OtherDisk("it lies on another disk than its folder", path=named(place.shown))

    @contextmanager
    def find(self, root: Root, deleted_id: str) -> Iterator[tuple[Root, Deleted]]:
        """Hold what was deleted under an id, and what is known of it. Raises `NoSuchPath`."""
        with ExitStack() as held:
            for trash in self._places(root):
                try:
                    entry = _entry(held.enter_context(trash()), deleted_id)
                except OSError:
                    continue
                if entry and (about := _about(held.enter_context(entry), deleted_id)):
                    yield entry, about
                    return
        raise NoSuchPath("nothing was deleted under this id", path="…")

    def all(self, root: Root, folder_id: str) -> list[Deleted]:
        """Return what was deleted from an opened folder and can be brought back, newest first."""
        found: list[Deleted] = []
        for trash in self._places(root):
            with suppress(OSError), trash() as folder:
                found += [each for each in _all(folder) if each.folder == folder_id]
        return sorted(found, key=lambda each: each.id, reverse=True)[:MOST_SHOWN]

    def forget(self, root: Root, deleted_id: str) -> None:
        """Remove what is left of an entry that was brought back."""
        for trash in self._places(root):
            with suppress(OSError), trash() as folder:
                _remove(folder, deleted_id)

    def purge(self, roots: list[Root], kept: timedelta = KEPT) -> int:
        """Remove for good what was deleted longer ago than this; return how many."""
        count = 0
        inner: list[_Opening] = [partial(_inner, root, False) for root in roots]
        for trash in (self._own, *inner):
            with suppress(OSError), trash() as folder:
                count += _purge(folder, time.time() - kept.total_seconds())
        return count

    def _places(self, root: Root | None, makes: bool = False) -> list[_Opening]:
        return [self._own, *([partial(_inner, root, makes)] if root else [])]

    @contextmanager
    def _own(self) -> Iterator[Root]:
        self._place.mkdir(mode=0o700, exist_ok=True)
        with Root.hold(os.path.realpath(self._place)) as folder:
            yield folder


@contextmanager
def _inner(root: Root, makes: bool) -> Iterator[Root]:
    if makes:
        with suppress(FileExistsError):
            os.mkdir(TRASH, 0o700, dir_fd=root.fd)
            with root.inner((TRASH,)) as made:
                _write(made, ".gitignore", b"*\n")
    with root.inner((TRASH,)) as folder:
        yield folder


def _take(trash: Root, place: Place, found: os.stat_result, deleted: Deleted) -> bool:
    """Say whether it was moved; not from one disk to another."""
    with mapped(place.shown):
        os.mkdir(deleted.id, 0o700, dir_fd=trash.fd)
        with trash.inner((deleted.id,)) as entry:
            try:
                # What is known of it comes first: a crash in between leaves nothing that nobody can name.
                _write(entry, _ABOUT, orjson.dumps(asdict(deleted)))
                _move(place, entry, found)
            except BaseException as error:
                _drop(trash, entry, deleted.id)
                if isinstance(error, OSError) and error.errno == errno.EXDEV:
                    return False
                raise
        sync_folder(place.parent)
    return True


def _move(place: Place, entry: Root, found: os.stat_result) -> None:
    os.rename(place.name, ITEM, src_dir_fd=place.parent.fd, dst_dir_fd=entry.fd)
    there = os.stat(ITEM, dir_fd=entry.fd, follow_symlinks=False)
    if not os.path.samestat(there, found):
        rename_new(entry, ITEM, place.parent, place.name)
        raise ChangedMeanwhile("something else lies there", path=named(place.shown))


def _drop(trash: Root, entry: Root, deleted_id: str) -> None:
    """Remove an entry that holds nothing."""
    with suppress(OSError):
        if not _holds(entry):
            os.unlink(_ABOUT, dir_fd=entry.fd)
            os.rmdir(deleted_id, dir_fd=trash.fd)


def _holds(entry: Root) -> bool:
    try:
        os.stat(ITEM, dir_fd=entry.fd, follow_symlinks=False)
    except OSError:
        return False
    return True


def _write(folder: Root, name: str, content: bytes) -> None:
    descriptor = folder.open((name,), os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _entry(folder: Root, deleted_id: str) -> Root | None:
    if not is_id(deleted_id):
        return None
    try:
        return folder.inner((deleted_id,))
    except OSError:
        return None


def _about(entry: Root, deleted_id: str) -> Deleted | None:
    """Read what is known of an entry. Others can write in an opened folder, so it is believed in its form only."""
    try:
        with os.fdopen(entry.open((_ABOUT,), os.O_RDONLY), "rb") as file:
            values = orjson.loads(file.read(_LARGEST_ABOUT))
        deleted = Deleted(**values)
    except (OSError, ValueError, TypeError):
        return None
    is_whole = all(isinstance(value, str) for value in asdict(deleted).values())
    return deleted if is_whole and deleted.id == deleted_id else None


def _all(folder: Root) -> Iterator[Deleted]:
    for name in _ids(folder):
        if entry := _entry(folder, name):
            with entry:
                if _holds(entry) and (about := _about(entry, name)):
                    yield about


def _ids(folder: Root) -> list[str]:
    descriptor = os.open(".", os.O_RDONLY, dir_fd=folder.fd)
    try:
        return _listed(descriptor)
    finally:
        os.close(descriptor)


def _listed(descriptor: int) -> list[str]:
    with os.scandir(descriptor) as entries:
        return sorted((entry.name for entry in entries if is_id(entry.name)), reverse=True)[: 10 * MOST_SHOWN]


def _purge(folder: Root, before: float) -> int:
    old = []
    for name in _ids(folder):
        with suppress(OSError):
            if os.stat(name, dir_fd=folder.fd, follow_symlinks=False).st_mtime < before:
                old.append(name)
    for name in old:
        _remove(folder, name)
    return len(old)


def _remove(folder: Root, name: str) -> None:
    if is_id(name):
        os.close(folder.open((name,), FOLDER))
        # It holds each folder it goes into, and follows no link.
        shutil.rmtree(name, ignore_errors=True, dir_fd=folder.fd)
