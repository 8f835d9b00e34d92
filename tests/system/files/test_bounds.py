"""Giants cost bounded bytes and time; what the system refuses or interrupts leaves what was there."""

import errno
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from madang.errors import MadangError
from madang.folders.beneath import Root, by_kernel, by_walk
from madang.system.files.errors import FileTooLarge, NoSpace, ReadOnlyDisk, ours
from madang.system.files.patterns import Pattern
from madang.system.files.place import place_of
from madang.system.files.walking import DEEPEST, MOST_ENTRIES, Walk
from madang.system.files.writing import MOST_BYTES, state_of, write
from madang.system.requests import DeleteEntries, FindFiles, ListFolder, ReadFile, SearchFiles, WriteFile
from tests.support.ordinary import Ordinary
from tests.support.server import ROOT
from tests.system.files.conftest import Worker

BIG = b"x" * (1 << 20)


async def test_FS_08_a_giant_file_is_read_in_bounds_and_not_replaced(worker: Worker) -> None:
    with (worker.path / "giant").open("wb") as file:
        file.truncate(1 << 40)
    outcome = await worker.do(ReadFile(worker.id, "giant", limit_bytes=1 << 50))
    assert len(outcome.body) == MOST_BYTES
    assert (outcome.facts["is_truncated"], outcome.facts["size_bytes"]) == (True, 1 << 40)
    assert (await worker.do(SearchFiles(worker.id, "x"))).facts["lines"] == []
    with pytest.raises(FileTooLarge):
        await worker.do(WriteFile(worker.id, "giant", b"x"))
    await worker.do(DeleteEntries(worker.id, ("giant",)))


async def test_FS_08_a_file_that_grows_while_it_is_read_has_an_end(worker: Worker) -> None:
    there, is_over = worker.path / "log", threading.Event()
    there.write_bytes(BIG)

    def grow() -> None:
        with there.open("ab") as file:
            while not is_over.is_set() and file.tell() < 1 << 28:
                file.write(BIG)

    growing = threading.Thread(target=grow)
    growing.start()
    try:
        assert len((await worker.do(ReadFile(worker.id, "log", limit_bytes=4 << 20))).body) <= 4 << 20
        assert len((await worker.do(ReadFile(worker.id, "log", limit_bytes=1 << 40))).body) <= MOST_BYTES
    finally:
        is_over.set()
        growing.join()


async def test_FS_08_a_giant_folder_is_cut_and_said_to_be(worker: Worker) -> None:
    folder = os.open(worker.path, os.O_RDONLY)
    for number in range(MOST_ENTRIES + 50):
        os.mknod(f"{number}", dir_fd=folder)
    os.close(folder)
    listed = (await worker.do(ListFolder(worker.id))).facts
    assert (len(listed["entries"]), listed["is_truncated"]) == (5000, True)
    found = (await worker.do(FindFiles(worker.id, "nothing*"))).facts
    assert (found["found"], found["is_truncated"]) == ([], True)
    assert found["looked_at"] <= MOST_ENTRIES


def test_FS_08_a_deep_tree_has_an_end(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    here = os.open(tmp_path / "in", os.O_RDONLY)
    for _ in range(200):
        os.mkdir("d" * 30, dir_fd=here)
        inner = os.open("d" * 30, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    for way in (by_kernel, by_walk):
        with Root.hold(str(tmp_path / "in"), way) as root:
            walk = Walk(root, most_seconds=60)
            assert len(list(walk.through())) == DEEPEST
            assert walk.is_cut


def test_a_walk_ends_with_its_time(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    with Root.hold(str(tmp_path)) as root:
        walk = Walk(root, most_seconds=-1)
        assert list(walk.through()) == []
        assert walk.is_cut


PATTERNS = [
    ("*.py", "a/b/c.py", True), ("*.py", "c.pyc", False), ("src/*.py", "src/a.py", True),
    ("src/*.py", "src/b/a.py", False),
    ("src/**", "src/b/a.py", True), ("src/**/a.py", "src/a.py", True), ("**", "x", True), ("a?c", "abc", True),
    ("a?c", "ac", False), ("*a*b*", "xxaxxbxx", True), ("a/**/z/**/q", "a/b/z/q", True), ("a/**/z/**/q", "a/z", False),
]  # fmt: skip


@pytest.mark.parametrize(("pattern", "path", "is_meant"), PATTERNS)
def test_a_pattern_means_what_it_says(pattern: str, path: str, is_meant: bool) -> None:
    assert Pattern(pattern).matches(tuple(path.split("/"))) == is_meant


def test_no_pattern_takes_for_ever() -> None:
    assert not Pattern("*a" * 200 + "b").matches(("a" * 255,))
    assert not Pattern("**/" * 100 + "b").matches(("a",) * 64)


@pytest.mark.parametrize(
    ("number", "error"),
    [(errno.ENOSPC, NoSpace), (errno.EDQUOT, NoSpace), (errno.EFBIG, NoSpace), (errno.EROFS, ReadOnlyDisk)],
)
def test_FS_09_what_the_system_says_has_words(number: int, error: type[MadangError]) -> None:
    assert type(ours(OSError(number, ""), "a")) is error


def write_with_no_room(folder: str) -> list[str]:
    """Replace a file where no file may grow beyond a few bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
    with Root.hold(folder) as root, place_of(root, ("file",)).parent as parent:
        place = place_of(root, ("file",))
        try:
            write(place, BIG, *state_of(place))
        except MadangError as error:
            return [error.code, parent.path]
        finally:
            place.parent.close()
    return ["written"]


def test_FS_09_no_room_leaves_the_old_content(ordinary: Ordinary) -> None:
    folder = ordinary.make_folder("full")
    (folder / "file").write_text("old")
    ordinary.own(folder)
    assert ordinary.call(write_with_no_room, str(folder)) == ["system.no_space", str(folder)]
    assert {each.name: each.read_text() for each in folder.iterdir()} == {"file": "old"}


_DYING = """
import os, sys, madang.system.files.writing as writing
from madang.folders.beneath import Root
from madang.system.files.place import place_of
def die(*a, **k): os.kill(os.getpid(), 9)
setattr(os, sys.argv[2], die)
with Root.hold(sys.argv[1]) as root:
    place = place_of(root, ("file",))
    writing.write(place, b"new", *writing.state_of(place))
"""


@pytest.mark.parametrize("moment", ["write", "fchmod", "fsync", "rename"])
def test_FS_09_a_write_that_is_killed_leaves_the_old_content_and_the_next_one_clears_up(
    tmp_path: Path, moment: str
) -> None:
    there = tmp_path / "file"
    there.write_text("old")
    done = subprocess.run(
        [sys.executable, "-c", _DYING, str(tmp_path), moment], env={"PYTHONPATH": str(ROOT)}, timeout=120, check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert there.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 2
    with Root.hold(str(tmp_path)) as root:
        place = place_of(root, ("file",))
        with place.parent:
            write(place, b"new", *state_of(place))
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {"file": "new"}


def try_as_ordinary(folder: str) -> dict[str, str]:
    """What a user without root's rights is told about files that are not to be touched."""
    tried: dict[str, Callable[[Root], object]] = {
        "read closed": lambda root: state_of(place_of(root, ("closed",))),
        "replace another's": lambda root: _put(root, "others"),
        "write where only reading is": lambda root: _put(root, "fixed", "new"),
        "write": lambda root: _put(root, "own"),
    }
    found: dict[str, str] = {}
    with Root.hold(folder) as root:
        for name, attempt in tried.items():
            try:
                attempt(root)
                found[name] = "done"
            except MadangError as error:
                found[name] = error.code
    return found


def _put(root: Root, *names: str) -> os.stat_result:
    place = place_of(root, names)
    return write(place, b"new", *state_of(place))


@pytest.fixture
def shared(ordinary: Ordinary) -> Iterator[Path]:
    """A folder of the ordinary user's with files and a folder that are somebody else's, or closed to it."""
    folder = ordinary.make_folder("rights")
    (folder / "fixed").mkdir()
    for name in ("closed", "others", "own"):
        (folder / name).write_text("old")
    ordinary.own(folder)
    (folder / "closed").chmod(0o000)
    (folder / "fixed").chmod(0o555)
    if not os.geteuid():
        for name in ("closed", "others", "fixed"):
            os.chown(folder / name, 0, 0)
    (folder / "others").chmod(0o644 if not os.geteuid() else 0o000)
    yield folder
    (folder / "fixed").chmod(0o755)


def test_FS_10_what_belongs_to_others_keeps_its_owner_and_its_content(ordinary: Ordinary, shared: Path) -> None:
    assert ordinary.call(try_as_ordinary, str(shared)) == {
        "read closed": "system.no_rights", "replace another's": "system.no_rights",
        "write where only reading is": "system.no_rights", "write": "done",
    }  # fmt: skip
    names = {each.name for each in shared.rglob("*")}
    assert names == {"closed", "others", "own", "fixed"}
    if not os.geteuid():
        assert ((shared / "others").stat().st_uid, (shared / "others").read_text()) == (0, "old")
    assert (shared / "own").read_text() == "new"
