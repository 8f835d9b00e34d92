"""Opening what lies beneath a folder that is held: no link leads out of it, whoever renames things meanwhile."""

import ctypes
import errno
import os
import stat
from collections.abc import Callable
from functools import lru_cache
from types import TracebackType
from typing import Self

Way = Callable[[int, tuple[str, ...], int, int], int]
"""Opens a path, given as its names, from a folder's descriptor: `way(folder, names, flags, mode) -> descriptor`.

Raises `OSError`: `ELOOP` for a symbolic link anywhere in the path, `EINVAL` for what is not one name.
"""

# A file that is a queue or a device must neither block nor become our terminal. Both do not exist on Windows.
_SAFE = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_CLOSING = getattr(os, "O_CLOEXEC", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
HOLDING = getattr(os, "O_PATH", os.O_RDONLY)
"""Flags that hold an object without opening what is in it."""
FOLDER = HOLDING | getattr(os, "O_DIRECTORY", 0)

# openat2(2) has this number on every architecture of Linux since 5.6 but Alpha.
_OPENAT2 = 437
_NO_MAGIC_LINKS, _NO_SYMLINKS, _BENEATH = 0x02, 0x04, 0x08
_TRIES = 64


class _How(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


def by_kernel(folder: int, names: tuple[str, ...], flags: int, mode: int = 0) -> int:
    """Let the kernel resolve the path in one step (openat2): beneath the folder, through no link of any kind."""
    _check_names(names)
    path = os.fsencode("/".join(names) or ".")
    how = _How(_completed(flags), mode if flags & os.O_CREAT else 0, _BENEATH | _NO_SYMLINKS | _NO_MAGIC_LINKS)
    for _ in range(_TRIES):
        opened: int = _syscall()(_OPENAT2, folder, path, ctypes.byref(how), ctypes.sizeof(how))
        if opened >= 0:
            return opened
        # The kernel asks to try again where something in the path was renamed while it looked.
        if (number := ctypes.get_errno()) not in (errno.EAGAIN, errno.EINTR):
            break
    raise OSError(number, os.strerror(number))


def by_walk(folder: int, names: tuple[str, ...], flags: int, mode: int = 0) -> int:
    """Resolve the path name by name, each from the folder opened before it, following no link."""
    _check_names(names)
    if not names:
        return os.open(".", _completed(flags), dir_fd=folder)
    here = os.dup(folder)
    try:
        for name in names[:-1]:
            inner = _step(here, name)
            os.close(here)
            here = inner
        return _last(here, names[-1], flags, mode)
    finally:
        os.close(here)


@lru_cache(maxsize=1)
def best_way() -> Way:
    """Return the kernel's own way where it works, found by trying it; else the walk."""
    if os.name != "posix" or not hasattr(os, "O_PATH"):
        return by_walk
    here = os.open("/", FOLDER | _CLOSING)
    try:
        os.close(by_kernel(here, (), FOLDER))
    except OSError:
        return by_walk
    finally:
        os.close(here)
    return by_kernel


class Root:
    """A folder held by a descriptor: everything in it is reached from this very object, not from its path."""

    def __init__(self, descriptor: int, path: str, way: Way) -> None:
        self._descriptor = descriptor
        self.path = path
        self._way = way

    @classmethod
    def hold(cls, path: str, way: Way | None = None) -> Self:
        """Hold the folder at an absolute path without links. Raises `OSError`."""
        way = way or best_way()
        top = os.open("/", FOLDER | _CLOSING)
        try:
            names = tuple(name for name in path.split("/") if name)
            return cls(way(top, names, FOLDER, 0), path, way)
        finally:
            os.close(top)

    @property
    def fd(self) -> int:
        """The descriptor, which stays this object's to close."""
        return self._descriptor

    def identity(self) -> tuple[int, int]:
        """Return the device and the inode of the folder held."""
        found = os.fstat(self._descriptor)
        return found.st_dev, found.st_ino

    def open(self, names: tuple[str, ...], flags: int, mode: int = 0) -> int:
        """Open what lies beneath, and return its descriptor, which becomes the caller's. Raises `OSError`."""
        return self._way(self._descriptor, names, flags, mode)

    def inner(self, names: tuple[str, ...]) -> "Root":
        """Hold a folder beneath this one. Raises `OSError`."""
        return Root(self.open(names, FOLDER), "/".join((self.path.rstrip("/"), *names)), self._way)

    def close(self) -> None:
        """Let it go; a second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@lru_cache(maxsize=1)
def _syscall() -> Callable[..., int]:
    library = ctypes.CDLL(None, use_errno=True)
    call: Callable[..., int] = library.syscall
    return call


def _check_names(names: tuple[str, ...]) -> None:
    # A C string ends at NUL, so that the system would open another path than the one that was judged.
    if any(name in ("", ".", "..") or "/" in name or "\0" in name for name in names):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))


def _completed(flags: int) -> int:
    # The kernel refuses any further flag beside O_PATH.
    is_holding = HOLDING != os.O_RDONLY and flags & HOLDING
    return flags | (_CLOSING if is_holding else _SAFE)


def _step(here: int, name: str) -> int:
    inner = os.open(name, HOLDING | _NO_FOLLOW | _SAFE_STEP, dir_fd=here)
    try:
        _check_no_link(inner)
        if not stat.S_ISDIR(os.fstat(inner).st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    except BaseException:
        os.close(inner)
        raise
    return inner


# Where there is no O_PATH, a queue in the middle of a path must not block either.
_SAFE_STEP = _CLOSING if HOLDING != os.O_RDONLY else _SAFE


def _last(here: int, name: str, flags: int, mode: int) -> int:
    try:
        opened = os.open(name, _completed(flags) | _NO_FOLLOW, mode, dir_fd=here)
    except NotADirectoryError:
        # Asked for a folder, the system says of a link that it is none.
        if stat.S_ISLNK(os.stat(name, dir_fd=here, follow_symlinks=False).st_mode):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None
        raise
    try:
        _check_no_link(opened)
    except BaseException:
        os.close(opened)
        raise
    return opened


def _check_no_link(descriptor: int) -> None:
    """With O_PATH, O_NOFOLLOW opens the link itself instead of refusing it."""
    if stat.S_ISLNK(os.fstat(descriptor).st_mode):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
