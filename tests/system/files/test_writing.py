"""A file is replaced whole or not at all, and only if it is what was looked at."""

import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from madang.folders.beneath import Root
from madang.system.files.errors import AlreadyThere, BeingWritten, ChangedMeanwhile, FileTooLarge, NotAFile, SpecialFile
from madang.system.files.place import Place, place_of
from madang.system.files.writing import MOST_BYTES, part_name, state_of, write


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Root]:
    (tmp_path / "in").mkdir()
    with Root.hold(str(tmp_path / "in")) as held:
        yield held


@pytest.fixture
def place(root: Root) -> Iterator[Place]:
    found = place_of(root, ("file",))
    yield found
    found.parent.close()


def put(place: Place, content: bytes) -> os.stat_result:
    return write(place, content, *state_of(place))


def names(root: Root) -> list[str]:
    return sorted(entry.name for entry in Path(root.path).iterdir())


def test_a_file_is_written_and_written_again(root: Root, place: Place) -> None:
    there = Path(root.path, "file")
    first = put(place, b"one")
    assert (there.read_bytes(), there.stat().st_ino) == (b"one", first.st_ino)
    put(place, "둘".encode())
    assert there.read_text() == "둘"
    assert names(root) == ["file"]


def test_FS_09_a_file_that_changed_since_it_was_looked_at_stays_as_it_is(root: Root, place: Place) -> None:
    put(place, b"one")
    looked = state_of(place)
    Path(root.path, "file").write_bytes(b"by hand")
    with pytest.raises(ChangedMeanwhile):
        write(place, b"two", *looked)
    assert Path(root.path, "file").read_bytes() == b"by hand"
    assert names(root) == ["file"]


def test_FS_09_a_file_that_appeared_meanwhile_is_not_replaced(root: Root, place: Place) -> None:
    Path(root.path, "file").write_bytes(b"by hand")
    with pytest.raises((ChangedMeanwhile, AlreadyThere)):
        write(place, b"two", None, "")
    assert Path(root.path, "file").read_bytes() == b"by hand"
    assert names(root) == ["file"]


def test_FS_09_a_file_that_was_replaced_by_one_that_reads_the_same_is_another(root: Root, place: Place) -> None:
    put(place, b"one")
    looked = state_of(place)
    other = Path(root.path, "other")
    other.write_bytes(b"one")
    other.rename(place.parent.path + "/file")
    with pytest.raises(ChangedMeanwhile):
        write(place, b"two", *looked)


def test_FS_09_two_who_write_the_same_file_do_not_mix(root: Root, place: Place) -> None:
    put(place, b"one")
    part = Path(root.path, part_name("file"))
    with part.open("wb") as others:
        fcntl.flock(others, fcntl.LOCK_EX)
        with pytest.raises(BeingWritten):
            put(place, b"two")
        assert part.exists()
    assert Path(root.path, "file").read_bytes() == b"one"


def test_FS_10_the_part_that_a_crash_left_is_gone_after_the_next_write(root: Root, place: Place) -> None:
    Path(root.path, part_name("file")).write_bytes(b"half of wha")
    put(place, b"one")
    assert names(root) == ["file"]


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755, 0o4755, 0o2755])
def test_FS_10_a_replaced_file_keeps_its_mode_without_its_rights_of_another_user(
    root: Root, place: Place, mode: int
) -> None:
    there = Path(root.path, "file")
    there.write_bytes(b"one")
    there.chmod(mode)
    put(place, b"two")
    assert stat.S_IMODE(there.stat().st_mode) == mode & 0o777


def test_FS_10_a_file_that_is_made_is_no_program(root: Root, place: Place) -> None:
    old = os.umask(0o027)
    try:
        put(place, b"#!/bin/sh\n")
    finally:
        os.umask(old)
    assert stat.S_IMODE(Path(root.path, "file").stat().st_mode) == 0o640


def test_FS_04_another_name_of_the_file_keeps_what_it_had(root: Root, place: Place, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"outside")
    os.link(outside, Path(root.path, "file"))
    found, _ = looked = state_of(place)
    assert found is not None and found.st_nlink == 2
    write(place, b"two", *looked)
    assert outside.read_bytes() == b"outside"


def test_FS_07_neither_a_folder_nor_a_queue_is_written(root: Root, place: Place) -> None:
    os.mkfifo(Path(root.path, "file"))
    with pytest.raises(SpecialFile):
        put(place, b"x")
    Path(root.path, "file").unlink()
    Path(root.path, "file").mkdir()
    with pytest.raises(NotAFile):
        put(place, b"x")


def test_FS_08_more_than_is_written_at_once_is_refused(root: Root, place: Place) -> None:
    with pytest.raises(FileTooLarge):
        put(place, b"x" * (MOST_BYTES + 1))
    assert names(root) == []
