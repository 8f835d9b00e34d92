"""What a program would touch, held and known: where it runs, the files its words name, the script it would read."""

import hashlib
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from madang.folders.beneath import HOLDING, Root
from madang.folders.types import OpenedFolder
from madang.system.types import ObjectType, PathUse, Touched

MOST_HASHED, MOST_SHOWN = 10 << 20, 64 << 10
_INTERPRETERS = (
    "python", "pypy", "perl", "ruby", "node", "deno", "bun", "php", "lua", "sh", "bash", "dash", "zsh", "ksh", "fish",
    "awk", "gawk", "mawk", "sed", "make", "gmake", "Rscript", "java", "tclsh", "osascript", "jq",
)  # fmt: skip


def touched(folder: OpenedFolder, root: Root, names: tuple[str, ...], use: PathUse = "read") -> Touched | None:
    """Look at what lies there, also where links within the folder lead; None where nothing can be reached in it."""
    relative, path = "/".join(names), "/".join((folder.path.rstrip("/"), *names))
    real = names
    try:
        try:
            descriptor = root.open(names, HOLDING)
        except OSError:
            if use == "cwd":
                return None
            real = _led(folder.path, path)
            descriptor = root.open(real, HOLDING)
    except OSError:
        return None
    try:
        found = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    kind: ObjectType = "folder" if stat.S_ISDIR(found.st_mode) else "file" if stat.S_ISREG(found.st_mode) else "other"
    hashed = _digest(root, real) if kind == "file" and found.st_size <= MOST_HASHED else None
    size, links = (found.st_size, found.st_nlink) if kind == "file" else (None, None)
    lies = "/".join((folder.path.rstrip("/"), *real))
    return Touched(
        use, folder.id, relative, path, lies, kind, found.st_dev, found.st_ino, size, links, hashed
    )  # fmt: skip


def _led(folder: str, path: str) -> tuple[str, ...]:
    """Return the names, within the folder, of where links lead. Raises `OSError` where that is nothing in it."""
    real = os.path.realpath(path, strict=True)
    if not real.startswith(folder.rstrip("/") + "/"):
        raise FileNotFoundError(real)
    return tuple(real[len(folder) :].strip("/").split("/"))


def script_of(program: str, root: Root, files: Sequence[Touched]) -> dict[str, Any] | None:
    """Return the file an interpreter would run, as text: whole, or its beginning and that it is not all."""
    name = Path(program).name
    if not name.startswith(_INTERPRETERS):
        return None
    for file in files:
        if file.type == "file":
            data = _read(root, tuple(file.real[len(root.path) :].strip("/").split("/")), MOST_SHOWN + 1)
            is_whole = len(data) <= MOST_SHOWN
            return {"path": file.relative, "text": data[:MOST_SHOWN].decode(errors="replace"), "is_whole": is_whole}
    return None


def _digest(root: Root, names: tuple[str, ...]) -> str | None:
    with suppress(OSError), os.fdopen(root.open(names, os.O_RDONLY), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
    return None


def _read(root: Root, names: tuple[str, ...], most: int) -> bytes:
    with suppress(OSError), os.fdopen(root.open(names, os.O_RDONLY), "rb") as file:
        return file.read(most)
    return b""
