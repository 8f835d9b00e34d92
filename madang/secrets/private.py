"""Files that only their owner reads (0600), replaced whole or not at all."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from madang.db.folder import sync_folder
from madang.ids import new_id
from madang.secrets.errors import PlaceUnusable


def read_private(path: Path) -> bytes | None:
    """Return the file's content, or None where there is none. What others could read is closed to them first."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            os.fchmod(descriptor, 0o600)
            return file.read()
    except FileNotFoundError:
        return None
    except OSError:
        raise unreadable(path) from None


def write_private(path: Path, content: bytes) -> None:
    """Put `content` in the file's place, on disk when this returns, whatever the umask."""
    beside = path.with_name(f".{path.name}.{new_id()}")
    try:
        descriptor = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, 0o600)
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        beside.replace(path)
        sync_folder(path.parent)
    except OSError:
        beside.unlink(missing_ok=True)
        raise unreadable(path) from None


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep other processes from changing the file while the block runs."""
    beside = path.with_name(f".{path.name}.lock")
    try:
        descriptor = os.open(beside, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError:
        raise unreadable(path) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def unreadable(path: Path) -> PlaceUnusable:
    """Return the error for a file that cannot be read, written or understood."""
    return PlaceUnusable(f"the keys in {path.name} cannot be read or written", problem="file_unreadable")
