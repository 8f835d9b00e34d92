"""What can be in the way of a file, and how the system's own errors become ours."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from madang.errors import (
    BadRequest,
    Conflict,
    MadangError,
    NotAllowed,
    NotFound,
    OutOfSpace,
    TooLarge,
    Unavailable,
    named,
)


class BadPath(BadRequest):
    """The path is not one within a folder. Details: `reason`."""

    code = "system.bad_path"


class NoSuchPath(NotFound):
    """Nothing is under this path. Details: `path`."""

    code = "system.no_such_path"


class LinkInPath(NotAllowed):
    """The path leads over a symbolic link, and links are not followed. Details: `path`."""

    code = "system.link_in_path"


class NoRights(NotAllowed):
    """The system does not let this account do that. Details: `path`."""

    code = "system.no_rights"


class NotAFile(Conflict):
    """There is a folder where a file is needed. Details: `path`."""

    code = "system.not_a_file"


class NotAFolder(Conflict):
    """There is something else where a folder is needed. Details: `path`."""

    code = "system.not_a_folder"


class SpecialFile(NotAllowed):
    """It is a queue, a socket, a device or a view into the kernel, not a file. Details: `path`."""

    code = "system.special_file"


class AlreadyThere(Conflict):
    """Something of that name is there already, and it is not replaced. Details: `path`."""

    code = "system.already_there"


class ChangedMeanwhile(Conflict):
    """The file is not what it was when it was looked at; it was left as it is. Details: `path`, `found`."""

    code = "system.changed_meanwhile"


class BeingWritten(Conflict):
    """Another write to the same file goes on. Details: `path`."""

    code = "system.being_written"


class ReadOnlyDisk(Conflict):
    """The disk can only be read. Details: `path`."""

    code = "system.read_only_disk"


class NoSpace(OutOfSpace):
    """The disk or this account's share of it is full; what was there is still there. Details: `path`."""

    code = "system.no_space"


class OtherDisk(Conflict):
    """It would have to move to another disk, which is not one step. Details: `path`."""

    code = "system.other_disk"


class FileTooLarge(TooLarge):
    """The file is larger than this can take. Details: `path`, `limit_bytes`."""

    code = "system.file_too_large"


class BadArchive(BadRequest):
    """The archive is not unpacked. Details: `reason`: `link`, `path`, `bomb`, `size`, `method`, `twice` or `broken`."""

    code = "system.bad_archive"


class FileFailed(Unavailable):
    """The system could not do it, for a reason that has no words of its own. Details: `path`, `reason`."""

    code = "system.file_failed"


_BY_NUMBER: dict[int, type[MadangError]] = {
    errno.ENOENT: NoSuchPath, errno.ENOTDIR: NotAFolder, errno.ELOOP: LinkInPath, errno.EXDEV: OtherDisk,
    errno.EACCES: NoRights, errno.EPERM: NoRights, errno.EROFS: ReadOnlyDisk, errno.ENOSPC: NoSpace,
    errno.EDQUOT: NoSpace, errno.EFBIG: NoSpace,
    errno.EEXIST: AlreadyThere, errno.ENOTEMPTY: AlreadyThere, errno.EISDIR: NotAFile,
    errno.ENXIO: SpecialFile, errno.ENODEV: SpecialFile, errno.EOPNOTSUPP: SpecialFile, errno.ETXTBSY: BeingWritten,
}  # fmt: skip


def ours(error: OSError, path: str) -> MadangError:
    """Return the error of ours that says what the system's says, about `path`."""
    if error.errno == errno.ENAMETOOLONG:
        return BadPath("a name in the path is too long", reason="long")
    reason = errno.errorcode.get(error.errno or 0, "unknown")
    if kind := _BY_NUMBER.get(error.errno or 0):
        return kind(f"{named(path)}: {reason}", path=named(path))
    return FileFailed(f"{named(path)}: {reason}", path=named(path), reason=reason)


@contextmanager
def mapped(path: str) -> Iterator[None]:
    """Raise the system's errors as ours."""
    try:
        yield
    except OSError as error:
        raise ours(error, path) from error
