"""A name in a folder that is held: looked at and opened there, whatever happens to its path."""

import ctypes
import hashlib
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from madang.errors import named
from madang.folders.beneath import Root
from madang.system.files.errors import BadPath, FileTooLarge, LinkInPath, NotAFile, NotAFolder, SpecialFile, mapped
from madang.system.types import ObjectType

READ_BLOCK_BYTES = 1 << 20
# File systems whose files are views into the kernel: proc, sysfs, debugfs, tracefs, securityfs, cgroup, cgroup2,
# bpf, configfs, efivarfs, pstore, selinuxfs. From linux/magic.h.
_UNREAL = frozenset({
    0x9FA0, 0x62656572, 0x64626720, 0x74726163, 0x73636673, 0x27E0EB, 0x63677270,
    0xCAFE4A11, 0x62656570, 0xDE5E81E4, 0x6165676C, 0xF97CFF8C,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A name in a folder. `parent` is held by whoever made this; `shown` is the path an error names."""

    parent: Root
    name: str
    shown: str

    def look(self) -> os.stat_result | None:
        """Return what is there, a link as itself; None where there is nothing. Raises our errors."""
        with mapped(self.shown):
            try:
                return os.stat(self.name, dir_fd=self.parent.fd, follow_symlinks=False)
            except FileNotFoundError:
                return None

    def open(self, flags: int, mode: int = 0) -> int:
        """Open what is there. Raises our errors."""
        with mapped(self.shown):
            return self.parent.open((self.name,), flags, mode)


def place_of(root: Root, names: tuple[str, ...]) -> Place:
    """Hold the folder that a path's last name lies in; `close` it. Raises our errors."""
    if not names:
        raise BadPath("the folder itself cannot be changed", reason="root")
    shown = "/".join(names)
    with mapped(shown):
        return Place(root.inner(names[:-1]), names[-1], shown)


def open_file(place: Place, flags: int = os.O_RDONLY) -> int:
    """Open an ordinary file. What is no file is not opened at all. Raises our errors."""
    if found := place.look():
        check_file(found, place.shown)
    descriptor = place.open(flags)
    try:
        check_file(os.fstat(descriptor), place.shown)
        if is_unreal(descriptor):
            raise SpecialFile("this is a view into the kernel", path=named(place.shown))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def open_folder(root: Root, names: tuple[str, ...]) -> int:
    """Open a folder to read its entries. Raises our errors."""
    shown = "/".join(names)
    with mapped(shown):
        descriptor = root.open(names, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    if is_unreal(descriptor):
        os.close(descriptor)
        raise SpecialFile("this is a view into the kernel", path=named(shown))
    return descriptor


def type_of(found: os.stat_result | None) -> ObjectType:
    """Return what an action says of it."""
    if found is None:
        return "missing"
    if stat.S_ISREG(found.st_mode):
        return "file"
    return "folder" if stat.S_ISDIR(found.st_mode) else "other"


def check_file(found: os.stat_result, shown: str) -> None:
    """Raise unless it is an ordinary file."""
    check_ordinary(found, shown)
    if stat.S_ISDIR(found.st_mode):
        raise NotAFile("this is a folder", path=named(shown))


def check_folder(found: os.stat_result, shown: str) -> None:
    """Raise unless it is a folder."""
    check_ordinary(found, shown)
    if not stat.S_ISDIR(found.st_mode):
        raise NotAFolder("this is no folder", path=named(shown))


def check_ordinary(found: os.stat_result, shown: str) -> None:
    """Raise for what is neither a file nor a folder."""
    if stat.S_ISLNK(found.st_mode):
        raise LinkInPath("this is a symbolic link", path=named(shown))
    if type_of(found) == "other":
        raise SpecialFile("this is a queue, a socket or a device", path=named(shown))


def read_part(descriptor: int, offset: int, limit_bytes: int) -> bytes:
    """Return up to `limit_bytes` from a byte on; a file that grows meanwhile gives no more than that."""
    parts: list[bytes] = []
    while limit_bytes > 0 and (part := os.pread(descriptor, min(limit_bytes, READ_BLOCK_BYTES), offset)):
        parts.append(part)
        offset += len(part)
        limit_bytes -= len(part)
    return b"".join(parts)


def hash_of(descriptor: int, limit_bytes: int, shown: str) -> str:
    """Return the SHA-256 of a file's bytes, in hex. Raises `FileTooLarge` past the limit."""
    digest, offset = hashlib.sha256(), 0
    while part := os.pread(descriptor, READ_BLOCK_BYTES, offset):
        digest.update(part)
        offset += len(part)
        if offset > limit_bytes:
            raise FileTooLarge("the file is too large to be compared", path=named(shown), limit_bytes=limit_bytes)
    return digest.hexdigest()


def sync_folder(folder: Root) -> None:
    """Bring a folder's names to the disk, where it can be opened for that."""
    with suppress(OSError):
        descriptor = folder.open((), os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def is_unreal(descriptor: int) -> bool:
    """Say whether an object belongs to a file system that is a view into the kernel. Linux only."""
    ask = _fstatfs()
    if ask is None:
        return False
    buffer = (ctypes.c_long * 64)()
    return ask(descriptor, ctypes.byref(buffer)) == 0 and (buffer[0] & 0xFFFFFFFF) in _UNREAL


@lru_cache(maxsize=1)
def _fstatfs() -> "ctypes._NamedFuncPointer | None":
    # Only Linux keeps the kind of file system in the first word.
    return ctypes.CDLL(None).fstatfs if hasattr(os, "O_PATH") else None
