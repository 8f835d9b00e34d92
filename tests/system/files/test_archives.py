"""An archive is unpacked into a folder of its own, or not at all."""

import io
import os
import stat
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from madang.system.files.archives import MOST_ENTRIES
from madang.system.files.errors import AlreadyThere, BadArchive, ChangedMeanwhile
from madang.system.files.writing import part_name
from madang.system.requests import ExtractArchive, ListFolder
from tests.system.files.conftest import Worker


def tar(*entries: tarfile.TarInfo | tuple[str, bytes], mode: str = "w:gz") -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode=mode, format=tarfile.GNU_FORMAT) as archive:  # type: ignore[call-overload]
        for entry in entries:
            if isinstance(entry, tuple):
                info = tarfile.TarInfo(entry[0])
                info.size, info.mode = len(entry[1]), 0o4777
                archive.addfile(info, io.BytesIO(entry[1]))
            else:
                archive.addfile(entry)
    return packed.getvalue()


def special(kind: bytes, name: str = "a", link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return packed.getvalue()


def zip_link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def locked() -> bytes:
    packed = bytearray(zipped(("a", b"x")))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        packed[packed.index(mark) + at] |= 1
    return bytes(packed)


def headers(count: int) -> bytes:
    """A tar of headers that each announce another one."""
    one = tarfile.TarInfo("x")
    one.type, one.size = tarfile.XHDTYPE, 512
    body = b"11 foo=ab\n".ljust(512, b"\0")
    return (one.tobuf(tarfile.USTAR_FORMAT) + body) * count + bytes(1024)


def long_header() -> bytes:
    one = tarfile.TarInfo("x")
    one.type, one.size = tarfile.XHDTYPE, 3 << 30
    return one.tobuf(tarfile.USTAR_FORMAT) + bytes(4096)


def many() -> bytes:
    return tar(*((f"{number}", b"") for number in range(MOST_ENTRIES + 1)))


def zip64() -> bytes:
    packed = zipped(("a", b"x"))
    end = packed.rindex(b"PK\x05\x06")
    return packed[:end] + b"PK\x06\x07" + struct.pack("<IQI", 0, 0, 1) + packed[end:]


GIANT = 300 << 20
BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "zip slip": (lambda: zipped(("../outside/new", b"x")), "path"),
    "zip absolute": (lambda: zipped(("/tmp/new", b"x")), "path"),
    "zip backslash": (lambda: zipped(("..\\outside\\new", b"x")), "path"),
    "zip hidden slip": (lambda: zipped(("good", b"x"), ("a/../../outside/new", b"x")), "path"),
    "zip link": (lambda: zipped((zip_link(), b"../outside"), ("link/new", b"x")), "link"),
    "zip bomb": (lambda: zipped(("giant", bytes(GIANT))), "bomb"),
    "zip locked": (locked, "method"),
    "zip method": (lambda: zipped(("a", b"x"), method=zipfile.ZIP_LZMA), "method"),
    "zip64": (zip64, "bomb"),
    "zip cut": (lambda: zipped(("a", b"x" * 5000))[:60], "broken"),
    "zip twice": (lambda: zipped(("a", b"x"), ("b", b"y")).replace(b"b", b"a"), "twice"),
    "tar slip": (lambda: tar(("../outside/new", b"x")), "path"),
    "tar absolute": (lambda: tar(("/tmp/new", b"x")), "path"),
    "tar link": (lambda: tar(special(tarfile.SYMTYPE, "l", "../outside"), ("l/new", b"x")), "link"),
    "tar hard link": (lambda: tar(special(tarfile.LNKTYPE, "l", "../outside/secret")), "link"),
    "tar device": (lambda: tar(special(tarfile.CHRTYPE)), "link"),
    "tar queue": (lambda: tar(special(tarfile.FIFOTYPE)), "link"),
    "tar twice": (lambda: tar(("a", b"x"), ("a", b"y")), "twice"),
    "tar file as folder": (lambda: tar(("a", b"x"), ("a/b", b"y")), "twice"),
    "tar bomb": (lambda: tar(("giant", bytes(GIANT))), "bomb"),
    "tar many": (many, "bomb"),
    "tar headers": (lambda: headers(3000), "broken"),
    "tar long header": (long_header, "bomb"),
    "tar cut": (lambda: tar(("a", os.urandom(9000)))[:4000], "broken"),
    "no archive": (lambda: b"just words", "broken"),
    "nothing": (lambda: b"", "broken"),
}


@pytest.mark.parametrize("way", ["kernel"], indirect=True)
@pytest.mark.parametrize("name", BAD)
async def test_FS_13_what_is_wrong_in_an_archive_keeps_all_of_it_packed(worker: Worker, name: str) -> None:
    make, reason = BAD[name]
    (worker.path / "archive").write_bytes(make())
    with pytest.raises(BadArchive) as refused:
        await worker.do(ExtractArchive(worker.id, "archive", "new"))
    assert refused.value.details["reason"] == reason
    assert [each.name for each in worker.path.iterdir()] == ["archive"]
    assert {each.name: each.read_text() for each in worker.outside.iterdir()} == {"secret": "outside"}
    assert not Path("/tmp/new").exists()


@pytest.mark.parametrize(
    "packed",
    [tar(("./top/a.txt", b"a"), ("b", b"b"), mode=mode) for mode in ("w", "w:gz", "w:bz2", "w:xz")]
    + [zipped(("top/a.txt", b"a"), ("b", b"b"), ("top/", b""))],
)
async def test_an_archive_is_unpacked_into_a_folder_of_its_own(worker: Worker, packed: bytes) -> None:
    (worker.path / "archive").write_bytes(packed)
    request = ExtractArchive(worker.id, "archive", "new")
    async with await worker.executor.prepare(request, worker.asking) as prepared:
        assert (prepared.preview["files"], prepared.preview["size_bytes"]) == (2, 2)
        assert set(prepared.preview["names"]) >= {"top/a.txt", "b"}
        source, *made = prepared.action.paths
        assert (source.use, {each.use for each in made}) == ("read", {"write"})
        assert {each.relative for each in made} >= {"new", "new/top/a.txt", "new/b"}
    assert (await worker.do(request)).facts == {"files": 2, "size_bytes": 2, "made": "new"}
    assert (worker.path / "new/top/a.txt").read_text() == "a"
    assert (worker.path / "new/b").stat().st_mode & 0o7111 == 0
    with pytest.raises(AlreadyThere):
        await worker.do(request)


async def test_FS_13_an_archive_that_changed_after_it_was_shown_is_not_unpacked(worker: Worker) -> None:
    there = worker.path / "archive"
    there.write_bytes(tar(("a", b"a")))
    with pytest.raises(ChangedMeanwhile):
        await worker.do(ExtractArchive(worker.id, "archive", "new"), lambda: there.write_bytes(tar(("b", b"b"))))
    assert [each.name for each in worker.path.iterdir()] == ["archive"]


async def test_what_a_crash_left_of_an_archive_is_not_listed_and_not_in_the_way(worker: Worker) -> None:
    (worker.path / "archive").write_bytes(tar(("a", b"a")))
    (worker.path / part_name("new") / "half").mkdir(parents=True)
    assert [each["name"] for each in (await worker.do(ListFolder(worker.id))).facts["entries"]] == ["archive"]
    await worker.do(ExtractArchive(worker.id, "archive", "new"))
    assert sorted(each.name for each in worker.path.rglob("*")) == ["a", "archive", "new"]
