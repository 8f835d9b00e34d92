"""A run of real programs in their real sandbox is undone in one go, byte for byte, around what a person wrote since."""

import os
import random
import sys
import tarfile
from pathlib import Path

import pytest

from tests.support.ordinary import Ordinary
from tests.whole.walls.undoing import let_loose

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="Linux's sandboxes"),
    pytest.mark.timeout(280),
]


def grow(place: Path, chance: random.Random) -> None:
    folders = [place]
    for number in range(20):
        inside = chance.choice(folders) / f"이름 {number}"
        if chance.randrange(3) == 0:
            inside.mkdir()
            folders.append(inside)
        else:
            inside.write_bytes(chance.randbytes(chance.randrange(300)))
            inside.chmod(chance.choice([0o600, 0o644, 0o755]))
    for name, text in (("kept.txt", "abc\n"), ("doomed.txt", "x\n")):
        (place / name).write_text(text)
    with tarfile.open(place / "more.tar", "w") as archive:
        archive.add(place / "kept.txt", "unpacked/kept.txt")
    for path in [*place.rglob("*"), place]:
        os.utime(path, ns=(chance.randrange(10**18), chance.randrange(10**18)))


def test_a_run_of_programs_is_undone_byte_for_byte_with_modes_and_times(
    ordinary: Ordinary, ordinary_path: Path, chance: random.Random
) -> None:
    for made in ("work", "data"):
        (ordinary_path / made).mkdir()
    grow(ordinary_path / "work", chance)
    ordinary.own(ordinary_path)
    found = ordinary.call(let_loose, str(ordinary_path), chance.randrange(1000), "", HOME=str(ordinary_path))
    assert found["between"] != found["before"]
    assert found["after"] == found["before"]
    assert set(found["states"].values()) <= {"restored", "unchanged"}


def test_undoing_a_run_leaves_what_a_person_wrote_since(
    ordinary: Ordinary, ordinary_path: Path, chance: random.Random
) -> None:
    for made in ("work", "data"):
        (ordinary_path / made).mkdir()
    grow(ordinary_path / "work", chance)
    ordinary.own(ordinary_path)
    found = ordinary.call(let_loose, str(ordinary_path), 1, "unpacked/kept.txt", HOME=str(ordinary_path))
    assert (ordinary_path / "work" / "unpacked" / "kept.txt").read_text() == "mine"
    assert found["states"]["unpacked/kept.txt"] == "conflict"
    extra = {path for path in found["after"] if path not in found["before"]}
    assert extra <= {"unpacked", "unpacked/kept.txt"}
