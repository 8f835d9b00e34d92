"""Renaming that never replaces what is there."""

import ctypes
import errno
import os
from functools import lru_cache

from madang.folders.beneath import Root

_NO_REPLACE = 1


def rename_new(source: Root, name: str, target: Root, new_name: str) -> None:
    """Rename between two held folders unless the new name is taken. Raises `OSError`, `EEXIST` where it is."""
    if _rename_at_once(source.fd, name, target.fd, new_name):
        return
    # Some file systems cannot do both in one step. A name that appears in between is a file's at most: a folder is
    # never renamed over another that holds something.
    try:
        os.stat(new_name, dir_fd=target.fd, follow_symlinks=False)
    except FileNotFoundError:
        os.rename(name, new_name, src_dir_fd=source.fd, dst_dir_fd=target.fd)
    else:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))


def _rename_at_once(source: int, name: str, target: int, new_name: str) -> bool:
    """Say whether the system can do it in one step and did. Raises `OSError` for what stands in the way."""
    call = _renameat2()
    if call is None:
        return False
    if call(source, os.fsencode(name), target, os.fsencode(new_name), _NO_REPLACE) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS):
        return False
    raise OSError(number, os.strerror(number))


@lru_cache(maxsize=1)
def _renameat2() -> "ctypes._NamedFuncPointer | None":
    return getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
