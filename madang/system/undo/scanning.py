"""Reading a tree from its held root on: every entry as it is, with contents kept where they are asked for."""

import os
import stat
from collections.abc import Iterable

from madang.folders.beneath import Root
from madang.system.undo.contents import Contents, copy
from madang.system.undo.types import Entry, Tree

MOST_ENTRIES = 20_000
MOST_BYTES = 256 << 20
"""Most that is kept of one folder for one action."""
# What is thrown away is brought back from there.
_PASSED_OVER = ".madang-trash"


class TooMuch(Exception):
    """A folder holds more than is kept for one action."""


def scan(root: Root, contents: Contents | None = None, tops: Iterable[tuple[str, ...]] = ((),)) -> Tree:
    """Return what is at and beneath `tops`, and the folders they lie in; the whole root where none is named.

    Of queues, sockets, devices and what cannot be read only that they are there. Raises `TooMuch` and `OSError`.
    """
    tree: Tree = {}
    waiting = list(tops)
    for path in [top[:count] for top in waiting for count in range(len(top))]:
        if found := look(root, path):
            tree[path] = found
    left = MOST_BYTES
    while waiting:
        path = waiting.pop()
        entry = look(root, path, contents)
        if entry is None:
            continue
        tree[path] = entry
        left -= entry.size
        if left < 0 or len(tree) > MOST_ENTRIES:
            raise TooMuch
        if entry.type == "folder":
            waiting.extend((*path, name) for name in _names(root, path))
    return tree


def measure(root: Root, tops: Iterable[tuple[str, ...]]) -> None:
    """Raise `TooMuch` where more lies at and beneath `tops` than is kept; nothing is read."""
    waiting, count, left = list(tops), 0, MOST_BYTES
    while waiting:
        path = waiting.pop()
        for name in _names(root, path) if _is_folder(root, path) else ():
            count += 1
            found = _stat(root, (*path, name))
            left -= found.st_size if found and stat.S_ISREG(found.st_mode) else 0
            if left < 0 or count > MOST_ENTRIES:
                raise TooMuch
            if found and stat.S_ISDIR(found.st_mode):
                waiting.append((*path, name))


def _is_folder(root: Root, path: tuple[str, ...]) -> bool:
    found = _stat(root, path)
    return found is not None and stat.S_ISDIR(found.st_mode)


def _stat(root: Root, path: tuple[str, ...]) -> os.stat_result | None:
    if not path:
        return os.fstat(root.fd)
    try:
        with root.inner(path[:-1]) as parent:
            return os.stat(path[-1], dir_fd=parent.fd, follow_symlinks=False)
    except OSError:
        return None


def look(root: Root, path: tuple[str, ...], contents: Contents | None = None) -> Entry | None:
    """Return what is under a path, or None where nothing is. Raises `OSError`."""
    if not path:
        return _entry(root, path, os.fstat(root.fd), contents)
    try:
        with root.inner(path[:-1]) as parent:
            return _entry(parent, path[-1:], os.stat(path[-1], dir_fd=parent.fd, follow_symlinks=False), contents)
    except (FileNotFoundError, NotADirectoryError):
        return None


def _entry(parent: Root, name: tuple[str, ...], found: os.stat_result, contents: Contents | None) -> Entry:
    mode, when = stat.S_IMODE(found.st_mode), found.st_mtime_ns
    if stat.S_ISDIR(found.st_mode):
        return Entry("folder", mode, when)
    if stat.S_ISLNK(found.st_mode):
        return Entry("link", mode, when, target=os.readlink(name[-1], dir_fd=parent.fd))
    if not stat.S_ISREG(found.st_mode):
        return Entry("other", mode, when)
    if found.st_size > MOST_BYTES:
        raise TooMuch
    try:
        descriptor = parent.open(name, os.O_RDONLY)
    except PermissionError:
        return Entry("other", mode, when)
    try:
        sha = contents.keep(descriptor) if contents else copy(descriptor)
        return Entry("file", mode, when, sha=sha, size=found.st_size)
    finally:
        os.close(descriptor)


def _names(root: Root, path: tuple[str, ...]) -> list[str]:
    """Return the names in a folder that are text; others are left alone."""
    try:
        descriptor = root.open(path, os.O_RDONLY | os.O_DIRECTORY)
    except PermissionError:
        return []
    try:
        with os.scandir(descriptor) as entries:
            names = [entry.name for entry in entries]
    finally:
        os.close(descriptor)
    return [name for name in names if name != _PASSED_OVER and _is_text(name)]


def _is_text(name: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in name)
