"""Unpacking an archive into a folder that is made for it: all of it, or nothing."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any

from madang.errors import named
from madang.folders.beneath import Root
from madang.system.executor import Outcome
from madang.system.files.archives import MOST_BYTES, members_of
from madang.system.files.errors import BadArchive, BeingWritten, ChangedMeanwhile, mapped
from madang.system.files.place import Place, hash_of, sync_folder
from madang.system.files.renaming import rename_new
from madang.system.files.writing import part_name

_BLOCK_BYTES = 1 << 16
_MOST_NAMED = 200


def contents_of(descriptor: int) -> tuple[dict[str, Any], list[tuple[str, ...]]]:
    """Return what a person is shown of an archive (counts, bytes and the first names), and the names of all it holds.

    Raises `BadArchive`.
    """
    facts: dict[str, Any] = {"files": 0, "folders": 0, "size_bytes": 0, "names": [], "is_truncated": False}
    held: list[tuple[str, ...]] = []
    for member in members_of(descriptor):
        held.append(member.names)
        facts["folders" if member.is_folder else "files"] += 1
        facts["size_bytes"] += member.size_bytes
        if len(facts["names"]) < _MOST_NAMED:
            facts["names"].append("/".join(member.names))
        else:
            facts["is_truncated"] = True
    return facts, held


def extract(descriptor: int, target: Place, expected: str) -> Outcome:
    """Unpack into a new folder at `target`, if the archive still has the hash it was shown with."""
    if hash_of(descriptor, MOST_BYTES, target.shown) != expected:
        raise ChangedMeanwhile("the archive changed", path=named(target.shown))
    name, count, total = part_name(target.name), 0, 0
    with mapped(target.shown), _part(target.parent, name, target.shown) as folder:
        for member in members_of(descriptor):
            if member.content is None:
                _make(folder, member.names)
                continue
            total += _unpack(folder, member.names, member.content, MOST_BYTES - total)
            count += 1
        sync_folder(folder)
        rename_new(target.parent, name, target.parent, target.name)
        sync_folder(target.parent)
    return Outcome({"files": count, "size_bytes": total, "made": target.shown})


@contextmanager
def _part(parent: Root, name: str, shown: str) -> Iterator[Root]:
    """Make the folder that is filled first, locked; it is gone afterwards unless it became the real one."""
    try:
        os.mkdir(name, 0o777, dir_fd=parent.fd)
    except FileExistsError:
        with _locked(parent, name, shown):
            # A crash left it.
            shutil.rmtree(name, dir_fd=parent.fd)
        os.mkdir(name, 0o777, dir_fd=parent.fd)
    with _locked(parent, name, shown), parent.inner((name,)) as folder:
        try:
            yield folder
        except BaseException:
            with suppress(OSError):
                shutil.rmtree(name, dir_fd=parent.fd)
            raise


@contextmanager
def _locked(parent: Root, name: str, shown: str) -> Iterator[None]:
    descriptor = parent.open((name,), os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BeingWritten("it is being unpacked already", path=named(shown)) from None
        yield
    finally:
        os.close(descriptor)


def _make(folder: Root, names: tuple[str, ...]) -> None:
    for count in range(1, len(names) + 1):
        with suppress(FileExistsError), folder.inner(names[: count - 1]) as parent:
            os.mkdir(names[count - 1], 0o777, dir_fd=parent.fd)


def _unpack(folder: Root, names: tuple[str, ...], content: IO[bytes], most_bytes: int) -> int:
    """Write one file and return its size, which the archive may have told wrongly."""
    if not names:
        raise BadArchive("an entry has no name", reason="path")
    try:
        _make(folder, names[:-1])
        descriptor = folder.open(names, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    except (FileExistsError, NotADirectoryError):
        raise BadArchive("two entries have one name", reason="twice") from None
    size = 0
    with os.fdopen(descriptor, "wb") as file:
        while block := content.read(_BLOCK_BYTES):
            size += len(block)
            if size > most_bytes:
                raise BadArchive("there is too much in the archive", reason="bomb")
            file.write(block)
    return size
