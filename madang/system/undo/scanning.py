"""Reading a tree from its held root on: every entry as it is, with contents kept where they are asked for."""

import os
import stat

from madang.folders.beneath import Root
from madang.system.undo.contents import Contents, copy
from madang.system.undo.types import Entry, Tree


def scan(root: Root, contents: Contents | None = None) -> Tree:
    """Return all that is beneath a root; of queues, sockets and devices only that they are there."""
    tree: Tree = {}
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        path = waiting.pop()
        entry = look(root, path, contents)
        if entry is None:
            continue
        tree[path] = entry
        if entry.type == "folder":
            waiting.extend((*path, name) for name in _names(root, path))
    return tree


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
    descriptor = parent.open(name, os.O_RDONLY)
    try:
        return Entry("file", mode, when, sha=contents.keep(descriptor) if contents else copy(descriptor))
    finally:
        os.close(descriptor)


def _names(root: Root, path: tuple[str, ...]) -> list[str]:
    descriptor = root.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with os.scandir(descriptor) as entries:
            return [entry.name for entry in entries]
    finally:
        os.close(descriptor)
