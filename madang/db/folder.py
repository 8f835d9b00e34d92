"""The data folder: for the person who runs Madang and nobody else, whatever the umask says."""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from madang.db.errors import ReadOnlyDatabase, StorageFailed, UnsafeDataDir
from madang.errors import OutOfSpace

# A quota and a limit on the size of files are a full disk to whoever meets them.
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_CLOSED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


@contextmanager
def in_words(folder: Path) -> Iterator[None]:
    """Say what the disk refuses in a block that works in `folder`.

    Raises `OutOfSpace`, `ReadOnlyDatabase` and `StorageFailed` for an `OSError`.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise OutOfSpace(f"the disk of {folder} is full, nothing can be stored there") from error
        kind = ReadOnlyDatabase if error.errno in _CLOSED else StorageFailed
        words = f"nothing can be stored in {folder}: {error.strerror}"
        raise kind(words, path=str(folder), reason=errno.errorcode.get(error.errno or 0, "unknown")) from error


def prepare_folder(path: Path) -> Path:
    """Create the data folder if need be, make it private (0700), and return its absolute path.

    Raises `UnsafeDataDir` for a symbolic link, a folder of another user, and one that others may write to.
    """
    path = path.expanduser().absolute()
    if path.is_symlink():
        raise _unsafe(path, "symlink", "it is a symbolic link")
    with in_words(path), suppress(FileExistsError):
        path.mkdir(mode=0o700, parents=True)
    about = path.lstat()
    if not stat.S_ISDIR(about.st_mode):
        raise _unsafe(path, "not_a_folder", "it is not a folder")
    if about.st_uid != os.getuid():
        raise _unsafe(path, "owner", "it belongs to another user")
    if about.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise _unsafe(path, "writable", f"others may write to it; `chmod 700 {path}` changes that")
    with in_words(path):
        path.chmod(0o700)
    return path


def private_file(path: Path) -> None:
    """Create the file if need be, and let only its owner read and write it (0600)."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Force a folder's entries to disk, so that a rename in it survives a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unsafe(path: Path, reason: str, words: str) -> UnsafeDataDir:
    return UnsafeDataDir(f"nothing is kept in {path}: {words}", path=str(path), reason=reason)
