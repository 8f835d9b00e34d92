"""Undo on real trees: byte for byte, modes and times included, and never over what a person wrote since."""

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from madang.folders.beneath import Root
from madang.system.undo.contents import Contents
from madang.system.undo.restoring import restore
from madang.system.undo.scanning import scan
from madang.system.undo.types import compare

PROGRAM = """
import os, pathlib, random, shutil, sys
chance = random.Random(int(sys.argv[1]))
for path in sorted(pathlib.Path(".").rglob("*")):
    if not os.path.lexists(path): continue
    what = chance.randrange(8)
    if what == 0 and path.is_file() and not path.is_symlink(): path.write_bytes(chance.randbytes(50))
    if what == 1: path.rename(path.with_name(path.name + "-moved"))
    if what == 2: shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    if what == 3 and not path.is_symlink(): path.chmod(0o711)
    if what == 4 and path.is_file() and not path.is_symlink(): path.unlink(); path.mkdir(); (path / "i").write_text("x")
    if what == 5 and path.is_symlink(): path.unlink(); path.write_text("no link")
pathlib.Path("new").mkdir(exist_ok=True)
pathlib.Path("new/file").write_text("new")
"""


def grow(folder: Path, chance: random.Random) -> None:
    folders = [folder]
    for number in range(25):
        inside = chance.choice(folders) / f"이름{number}"
        kind = chance.randrange(4)
        if kind == 0:
            inside.mkdir()
            folders.append(inside)
        elif kind == 1:
            inside.symlink_to(chance.choice(["nowhere", "/etc/passwd", "."]))
        else:
            inside.write_bytes(chance.randbytes(chance.randrange(200)))
            inside.chmod(chance.choice([0o600, 0o644, 0o755]))
    for path in [folder, *folder.rglob("*")]:
        os.utime(path, ns=(chance.randrange(10**18), chance.randrange(10**18)), follow_symlinks=False)


@pytest.mark.parametrize("seed", range(12))
def test_a_program_is_undone_byte_for_byte_and_undoing_is_undone_too(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "tree"
    folder.mkdir()
    grow(folder, random.Random(seed))
    contents = Contents(tmp_path / "kept")
    with Root.hold(str(folder)) as root:
        before = scan(root, contents)
        subprocess.run([sys.executable, "-c", PROGRAM, str(seed)], cwd=folder, check=True)
        after = scan(root, contents)
        changes = compare(before, after)
        assert set(restore(root, changes, contents).values()) <= {"restored", "unchanged"}
        assert scan(root) == before
        restore(root, compare(after, before), contents)
        assert scan(root) == after


@pytest.mark.parametrize(
    "command", [["sed", "-i", "s/a/b/", "text"], ["tar", "cf", "out.tar", "text"], ["git", "init", "-q"]]
)
def test_everyday_programs_are_undone(tmp_path: Path, command: list[str]) -> None:
    if not shutil.which(command[0]):
        pytest.skip(f"there is no {command[0]} here")
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "text").write_text("aaa\n")
    contents = Contents(tmp_path / "kept")
    with Root.hold(str(folder)) as root:
        before = scan(root, contents)
        subprocess.run(command, cwd=folder, check=True)
        restore(root, compare(before, scan(root)), contents)
        assert scan(root) == before


def test_what_a_person_wrote_since_stays(tmp_path: Path) -> None:
    folder = tmp_path / "tree"
    (folder / "made").mkdir(parents=True)
    (folder / "text").write_text("first")
    (folder / "other").write_text("first")
    contents = Contents(tmp_path / "kept")
    with Root.hold(str(folder)) as root:
        before = scan(root, contents)
        (folder / "text").write_text("program")
        (folder / "other").write_text("program")
        (folder / "new").mkdir()
        after = scan(root, contents)
        (folder / "text").write_text("person")
        (folder / "new" / "mine").write_text("person")
        states = restore(root, compare(before, after), contents)
    assert (folder / "text").read_text() == "person"
    assert (folder / "new" / "mine").read_text() == "person"
    assert (folder / "other").read_text() == "first"
    assert (states[("text",)], states[("new",)], states[("other",)]) == ("conflict", "conflict", "restored")


def test_kept_contents_are_for_their_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"same")
    contents = Contents(tmp_path / "kept")
    for _ in range(2):
        with (tmp_path / "a").open("rb") as file:
            contents.keep(file.fileno())
    (one,) = (tmp_path / "kept").iterdir()
    assert (one.stat().st_mode & 0o777, (tmp_path / "kept").stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_queue_a_person_made_since_stays(tmp_path: Path) -> None:
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "text").write_text("first")
    contents = Contents(tmp_path / "kept")
    with Root.hold(str(folder)) as root:
        before = scan(root, contents)
        (folder / "text").unlink()
        after = scan(root, contents)
        os.mkfifo(folder / "text")
        assert restore(root, compare(before, after), contents)[("text",)] == "conflict"
    assert (folder / "text").is_fifo()


def test_an_undo_that_was_killed_is_finished_by_the_next(tmp_path: Path) -> None:
    folder = tmp_path / "tree"
    folder.mkdir()
    for number in range(30):
        (folder / str(number)).write_text(f"first {number}")
    contents = Contents(tmp_path / "kept")
    with Root.hold(str(folder)) as root:
        before = scan(root, contents)
        for path in list(folder.iterdir()):
            path.write_text("program")
        changes = compare(before, scan(root, contents))
        child = os.fork()
        if child == 0:
            replace, done = os.replace, []

            def dying(*arguments: str, **descriptors: int) -> None:
                if len(done) == 7:
                    os.kill(os.getpid(), signal.SIGKILL)
                done.append(replace(*arguments, **descriptors))

            os.replace = dying
            restore(root, changes, contents)
            os._exit(0)
        assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
        states = restore(root, changes, contents)
        assert list(states.values()).count("unchanged") == 7
        left = {path: entry for path, entry in scan(root).items() if not path or not path[0].endswith(".madang")}
    assert left == before
