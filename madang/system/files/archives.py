"""What is in an archive: zip, tar, tar.gz, tar.bz2 and tar.xz, read once from front to back, and refused as a whole."""

import bz2
import gzip
import io
import lzma
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, BinaryIO

from madang.system.files.errors import BadArchive, BadPath
from madang.system.files.names import names_of

MOST_ENTRIES = 10_000
MOST_BYTES = 256 << 20
"""Most that an archive may be, and most that comes out of it."""
_DIRECTORY_BYTES = 4 << 20
_AT_ONCE_BYTES = 1 << 20
# What follows each entry of a tar besides its bytes: headers, and the rest of the last block.
_TAR_EXTRA_BYTES = MOST_ENTRIES * 2048
_END_OF_ZIP, _END_OF_ZIP64 = b"PK\x05\x06", b"PK\x06\x07"
_END_BYTES, _COMMENT_BYTES, _LOCATOR_BYTES = 22, 65_535, 20
_BROKEN = (
    tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RecursionError, ValueError,
    OverflowError, NotImplementedError, struct.error, gzip.BadGzipFile,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """One entry: its names, whether it is a folder, and its bytes, to be read before the next is asked for."""

    names: tuple[str, ...]
    is_folder: bool
    size_bytes: int
    content: IO[bytes] | None


def members_of(descriptor: int) -> Iterator[Member]:
    """Give each entry of the archive in an open file, in the order it holds them.

    Raises `BadArchive` at the first that is a link or a device, leads out, is locked, or is one too many.
    """
    with _broken_is_ours(), os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(0)
        if os.fstat(descriptor).st_size > MOST_BYTES:
            raise BadArchive("the archive is too large", reason="size")
        start = file.read(8)
        file.seek(0)
        members = _of_zip(file) if start.startswith(b"PK") else _of_tar(_unpacked(file, start))
        total = 0
        for number, member in enumerate(members):
            total += member.size_bytes
            if number >= MOST_ENTRIES or total > MOST_BYTES:
                raise BadArchive("there is too much in the archive", reason="bomb")
            yield member


def _of_zip(file: BinaryIO) -> Iterator[Member]:
    _check_directory(file)
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            kind = stat.S_IFMT(info.external_attr >> 16)
            is_folder = info.orig_filename.endswith("/")
            if kind not in (0, stat.S_IFDIR if is_folder else stat.S_IFREG):
                raise BadArchive("there is a link or a device in the archive", reason="link")
            if info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise BadArchive("an entry is locked or packed in a way that is not unpacked", reason="method")
            names = _names(info.orig_filename)
            if is_folder:
                yield Member(names, True, 0, None)
                continue
            with archive.open(info) as content:
                yield Member(names, False, info.file_size, content)


def _check_directory(file: BinaryIO) -> None:
    """Refuse a zip whose list of entries would not fit: it is read whole, before any entry."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _END_BYTES - _COMMENT_BYTES - _LOCATOR_BYTES))
    tail = file.read()
    at = tail.rfind(_END_OF_ZIP)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise BadArchive("this is no whole archive", reason="broken")
    entries, directory_bytes = struct.unpack_from("<HI", tail, at + 10)
    is_zip64 = tail[max(0, at - _LOCATOR_BYTES) : at].startswith(_END_OF_ZIP64)
    if is_zip64 or entries > MOST_ENTRIES or directory_bytes > _DIRECTORY_BYTES:
        raise BadArchive("there is too much in the archive", reason="bomb")


def _of_tar(file: "_Bounded") -> Iterator[Member]:
    with tarfile.open(fileobj=file, mode="r:", errors="surrogateescape") as archive:  # type: ignore[call-overload]
        for info in archive:
            if not (info.isreg() or info.isdir()):
                raise BadArchive("there is a link or a device in the archive", reason="link")
            names = _names(info.name)
            if info.isreg():
                yield Member(names, False, info.size, archive.extractfile(info))
            elif names:
                yield Member(names, True, 0, None)
            # Else each entry would be remembered to the end.
            archive.members = []


def _unpacked(file: BinaryIO, start: bytes) -> "_Bounded":
    if start.startswith(b"\x1f\x8b"):
        return _Bounded(gzip.GzipFile(fileobj=file))
    if start.startswith(b"BZh"):
        return _Bounded(bz2.BZ2File(file))
    return _Bounded(lzma.LZMAFile(file) if start.startswith(b"\xfd7zXZ") else file)


class _Bounded:
    """A file that gives no more than an archive may hold, and never much at once: headers say how long they are."""

    def __init__(self, file: BinaryIO | gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile) -> None:
        self._file = file

    def read(self, size: int) -> bytes:
        if not 0 <= size <= _AT_ONCE_BYTES:
            raise BadArchive("a header in the archive is too large", reason="bomb")
        self._check(self._file.tell() + size)
        return self._file.read(size)

    def seek(self, position: int, whence: int = io.SEEK_SET) -> int:
        self._check(position)
        return self._file.seek(position, whence)

    def tell(self) -> int:
        return self._file.tell()

    def _check(self, position: int) -> None:
        if position > MOST_BYTES + _TAR_EXTRA_BYTES:
            raise BadArchive("there is too much in the archive", reason="bomb")


def _names(path: str) -> tuple[str, ...]:
    """Return an entry's names. `./` at the start is how many tars write their own folder, and means nothing."""
    while path.startswith("./"):
        path = path[2:]
    path = path.removesuffix("/")
    try:
        return () if path in ("", ".") else names_of(path, makes=True)
    except BadPath as error:
        raise BadArchive("an entry of the archive leads elsewhere", reason="path") from error


@contextmanager
def _broken_is_ours() -> Iterator[None]:
    try:
        yield
    except _BROKEN as error:
        raise BadArchive("this is no whole archive", reason="broken") from error
