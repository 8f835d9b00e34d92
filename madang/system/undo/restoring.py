"""Putting a tree back: only what is still as the action left it; what a person changed since stays theirs."""

import os
import secrets

from madang.folders.beneath import Root
from madang.system.undo.contents import Contents, copy
from madang.system.undo.scanning import look
from madang.system.undo.types import Change, Entry, State


def restore(root: Root, changes: list[Change], contents: Contents) -> dict[tuple[str, ...], State]:
    """Put back what the changes say was there before, and return what became of each path. Raises `OSError`.

    It may be run again after it was cut short: what is back already is found unchanged.
    """
    states = {one.path: _state(root, one) for one in changes}
    due = [one for one in changes if states[one.path] == "restored"]
    for one in sorted(due, key=lambda each: each.path, reverse=True):
        if not _cleared(root, one):
            states[one.path] = "conflict"
    # A folder that must be there for what lies in it comes before that.
    for one in sorted(due, key=lambda each: each.path):
        if one.before and states[one.path] == "restored" and not _put(root, one.path, one.before, contents):
            states[one.path] = "conflict"
    for one in sorted(changes, key=lambda each: each.path, reverse=True):
        if one.before and one.before.type == "folder" and states[one.path] != "conflict":
            _finish(root, one.path, one.before)
    return states


def _state(root: Root, change: Change) -> State:
    now = look(root, change.path)
    if "other" in {each.type for each in (now, change.before, change.after) if each}:
        return "conflict"
    if now is None:
        return "unchanged" if change.before is None else "restored" if change.after is None else "conflict"
    if now.same(change.after):
        return "restored"
    return "unchanged" if now.same(change.before) else "conflict"


def _cleared(root: Root, change: Change) -> bool:
    """Remove what stands where nothing, or something of another type, was; False where a folder is not empty."""
    if change.after is None or (change.before and change.before.type == change.after.type):
        return True
    try:
        with root.inner(change.path[:-1]) as parent:
            if change.after.type == "folder":
                os.rmdir(change.path[-1], dir_fd=parent.fd)
            else:
                os.unlink(change.path[-1], dir_fd=parent.fd)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _put(root: Root, path: tuple[str, ...], entry: Entry, contents: Contents) -> bool:
    """Write an entry under a name beside it, then give it its own; False where the way to it is gone."""
    if not path:
        return True
    try:
        with root.inner(path[:-1]) as parent:
            if entry.type == "folder":
                _make(parent, path[-1])
                return True
            partial = f".{secrets.token_hex(8)}.madang"
            if entry.type == "link":
                os.symlink(entry.target, partial, dir_fd=parent.fd)
                os.utime(partial, ns=(entry.mtime_ns, entry.mtime_ns), dir_fd=parent.fd, follow_symlinks=False)
            elif not _write(parent, partial, entry, contents):
                return False
            os.replace(partial, path[-1], src_dir_fd=parent.fd, dst_dir_fd=parent.fd)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _make(parent: Root, name: str) -> None:
    try:
        os.mkdir(name, 0o700, dir_fd=parent.fd)
    except FileExistsError:
        return


def _write(parent: Root, name: str, entry: Entry, contents: Contents) -> bool:
    """Write a kept file whole; False where what was kept is not what it was."""
    source = contents.open(entry.sha)
    try:
        target = parent.open((name,), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            if copy(source, target) != entry.sha:
                os.unlink(name, dir_fd=parent.fd)
                return False
            os.fchmod(target, entry.mode)
            os.utime(target, ns=(entry.mtime_ns, entry.mtime_ns))
            os.fsync(target)
            return True
        finally:
            os.close(target)
    finally:
        os.close(source)


def _finish(root: Root, path: tuple[str, ...], entry: Entry) -> None:
    """Give a folder its mode and time, when everything in it is back."""
    descriptor = root.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fchmod(descriptor, entry.mode)
        os.utime(descriptor, ns=(entry.mtime_ns, entry.mtime_ns))
    finally:
        os.close(descriptor)
