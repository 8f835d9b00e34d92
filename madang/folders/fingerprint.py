"""The files in a folder that Madang itself would load, and what became of them since a person looked at them."""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping

from madang.folders.beneath import Root
from madang.folders.types import Loaded

OWN_FOLDER = ".madang"
SINGLE_FILES = ("AGENTS.md", ".mcp.json")
MOST_FILES = 200
MOST_BYTES = 1 << 20
_DEEPEST = 8
# What is no ordinary file, or too large or too much, has no hash: nothing is equal to it, so it is never loaded.
UNREADABLE = ""


def is_loaded(relative: str) -> bool:
    """Say whether Madang itself would load the file at this path within an opened folder."""
    return relative in SINGLE_FILES or relative.startswith(f"{OWN_FOLDER}/")


def look(root: Root) -> dict[str, str]:
    """Return the SHA-256, in hex, of each such file by its path; `UNREADABLE` for what cannot be loaded."""
    return {path: _hash(root, path) for path in _paths(root)}


def load(root: Root, accepted: Mapping[str, str]) -> dict[str, bytes]:
    """Return what is in those of them that are as they were accepted."""
    found: dict[str, bytes] = {}
    for path, expected in accepted.items():
        content = _content(root, path)
        if content is not None and hashlib.sha256(content).hexdigest() == expected:
            found[path] = content
    return found


def differences(accepted: Mapping[str, str], current: Mapping[str, str]) -> dict[str, Loaded]:
    """Return what became of each file that is not as it was accepted. Pure."""
    found: dict[str, Loaded] = {}
    for path in sorted(accepted.keys() | current.keys()):
        if path not in current:
            found[path] = "removed"
        elif path not in accepted:
            found[path] = "new"
        elif current[path] == UNREADABLE or current[path] != accepted[path]:
            found[path] = "changed"
    return found


def fingerprint_of(current: Mapping[str, str]) -> str:
    """Return one hash that stands for all of them."""
    lines = "".join(f"{path}\0{value}\n" for path, value in sorted(current.items()))
    return hashlib.sha256(lines.encode(errors="surrogateescape")).hexdigest()


def _paths(root: Root) -> list[str]:
    singles = [name for name in SINGLE_FILES if _is_there(root, name)]
    found = list(_below(root, (OWN_FOLDER,)))
    return sorted([*singles, *found])


def _below(root: Root, names: tuple[str, ...], budget: list[int] | None = None) -> Iterator[str]:
    """Give the files below a folder, as many as are looked at; one more stands for all the others."""
    left = budget if budget is not None else [MOST_FILES]
    try:
        folder = root.open(names, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    except OSError:
        return
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                left[0] -= 1
                if left[0] < 0:
                    return
                path = (*names, entry.name)
                if entry.is_dir(follow_symlinks=False) and len(path) < _DEEPEST:
                    yield from _below(root, path, left)
                else:
                    yield "/".join(path)
    finally:
        os.close(folder)


def _is_there(root: Root, name: str) -> bool:
    try:
        os.stat(name, dir_fd=root.fd, follow_symlinks=False)
    except OSError:
        return False
    return True


def _hash(root: Root, path: str) -> str:
    content = _content(root, path)
    return UNREADABLE if content is None else hashlib.sha256(content).hexdigest()


def _content(root: Root, path: str) -> bytes | None:
    try:
        descriptor = root.open(tuple(path.split("/")), os.O_RDONLY)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            return None
        content = file.read(MOST_BYTES + 1)
        return content if len(content) <= MOST_BYTES else None
