"""How a file is replaced: whole or not at all, and never one that is not what was looked at."""

import errno
import fcntl
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from madang.errors import named
from madang.system.files.errors import BeingWritten, ChangedMeanwhile, FileTooLarge, NoRights, mapped
from madang.system.files.place import Place, check_file, hash_of, open_file, sync_folder, type_of
from madang.system.files.renaming import rename_new

MOST_BYTES = 10 << 20
"""Most that is written, or read, at once."""
MOST_COMPARED_BYTES = 256 << 20
"""Largest file that can be replaced: all of it is compared."""
MISSING = ""
"""Stands for the hash of a file that is not there."""
_TRIES = 8


def state_of(place: Place) -> tuple[os.stat_result | None, str]:
    """Return what is there and the SHA-256 of its bytes, in hex; None and `MISSING` where nothing is."""
    found = place.look()
    if found is None:
        return None, MISSING
    check_file(found, place.shown)
    if found.st_size > MOST_COMPARED_BYTES:
        raise FileTooLarge("too large to be compared", path=named(place.shown), limit_bytes=MOST_COMPARED_BYTES)
    descriptor = open_file(place)
    try:
        return os.fstat(descriptor), hash_of(descriptor, MOST_COMPARED_BYTES, place.shown)
    finally:
        os.close(descriptor)


def write(place: Place, content: bytes, found: os.stat_result | None, before: str) -> os.stat_result:
    """Put `content` there if it still is what was `found`, with the hash `before`; return the file that is there then.

    A replaced file keeps its mode, owner and attributes; set-user-id bits are dropped. Raises our errors, and then
    what was there is whole.
    """
    check_size(content)
    name = part_name(place.name)
    with mapped(place.shown), _part(place, name, 0o666 if found is None else 0o600) as part:
        _fill(part, content)
        if found is not None:
            _take_after(place, part, found)
        os.fsync(part)
        _check_same(place, found, before)
        if found is None:
            rename_new(place.parent, name, place.parent, place.name)
        else:
            os.rename(name, place.name, src_dir_fd=place.parent.fd, dst_dir_fd=place.parent.fd)
        sync_folder(place.parent)
        return os.fstat(part)


def check_size(content: bytes) -> None:
    """Raise `FileTooLarge` for more than is written at once."""
    if len(content) > MOST_BYTES:
        raise FileTooLarge("this is too much to write at once", path="", limit_bytes=MOST_BYTES)


def part_name(name: str) -> str:
    """Return the name a file is written under until it is whole: the same for the same file, to find a leftover."""
    return f".{hashlib.sha256(os.fsencode(name)).hexdigest()[:24]}.madang-part"


def is_part(name: str) -> bool:
    """Say whether a name is that of a file being written."""
    return name.startswith(".") and name.endswith(".madang-part")


@contextmanager
def _part(place: Place, name: str, mode: int) -> Iterator[int]:
    """Make the file that is written first, locked; it is gone afterwards unless it became the real one."""
    part = _begin(place, name, mode)
    try:
        yield part
    except BaseException:
        _drop(place, name, part)
        raise
    finally:
        os.close(part)


def _begin(place: Place, name: str, mode: int) -> int:
    for _ in range(_TRIES):
        try:
            part = place.parent.open((name,), os.O_CREAT | os.O_EXCL | os.O_RDWR, mode)
        except FileExistsError:
            _clear_leftover(place, name)
            continue
        if _is_locked(part) and _is_still(place, name, part):
            return part
        os.close(part)
    raise BeingWritten("another write to this file goes on", path=named(place.shown))


def _clear_leftover(place: Place, name: str) -> None:
    """Remove the part of a write that a crash ended. Raises `BeingWritten` where it goes on."""
    with suppress(FileNotFoundError):
        part = place.parent.open((name,), os.O_RDWR)
        try:
            if not _is_locked(part):
                raise BeingWritten("another write to this file goes on", path=named(place.shown))
            _drop(place, name, part)
        finally:
            os.close(part)


def _is_locked(part: int) -> bool:
    try:
        fcntl.flock(part, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES):
            return False
        raise
    return True


def _is_still(place: Place, name: str, part: int) -> bool:
    with suppress(FileNotFoundError):
        there = os.stat(name, dir_fd=place.parent.fd, follow_symlinks=False)
        return os.path.samestat(there, os.fstat(part))
    return False


def _drop(place: Place, name: str, part: int) -> None:
    with suppress(OSError):
        if _is_still(place, name, part):
            os.unlink(name, dir_fd=place.parent.fd)


def _fill(part: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(part, rest) :]


def _take_after(place: Place, part: int, found: os.stat_result) -> None:
    """Give the part the owner, the mode and the attributes of the file it will replace."""
    own = os.fstat(part)
    if (own.st_uid, own.st_gid) != (found.st_uid, found.st_gid):
        try:
            os.fchown(part, found.st_uid, found.st_gid)
        except PermissionError:
            raise NoRights("the file would change its owner", path=named(place.shown)) from None
    _copy_attributes(place, part)
    os.fchmod(part, stat.S_IMODE(found.st_mode) & 0o777)


def _copy_attributes(place: Place, part: int) -> None:
    """Copy the person's attributes and access list, not the system's own, such as the rights of a program."""
    if not hasattr(os, "listxattr"):
        return
    source = open_file(place)
    try:
        with suppress(OSError):
            for name in os.listxattr(source):
                if name.startswith("user.") or name == "system.posix_acl_access":
                    os.setxattr(part, name, os.getxattr(source, name))
    finally:
        os.close(source)


def _check_same(place: Place, found: os.stat_result | None, before: str) -> None:
    current, there = state_of(place)
    is_same = (current is None) == (found is None) and (
        current is None or found is None or os.path.samestat(current, found)
    )
    if not is_same or there != before:
        raise ChangedMeanwhile(
            "the file changed while it was being replaced", path=named(place.shown), found=there, type=type_of(current)
        )
