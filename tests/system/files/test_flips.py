"""A folder becomes a link to another one and back, a hundred thousand times, while files in it are asked for."""

import os
from pathlib import Path

import pytest

from madang.errors import MadangError
from madang.system.requests import (
    DeleteEntries,
    FindFiles,
    ListFolder,
    MakeFolder,
    MoveEntry,
    ReadFile,
    Request,
    SearchFiles,
    WriteFile,
)
from tests.system.files.conftest import Worker
from tests.system.files.flipping import flipping

# As many for each way of opening.
FLIPS = 100_000
ROUNDS = 40


def contents(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def flipped(worker: Worker) -> Worker:
    (worker.path / "d").mkdir()
    (worker.path / "d" / "secret").write_text("inside")
    (worker.path / "spare").symlink_to(worker.outside)
    (worker.outside / "deep").mkdir()
    return worker


def naive(folder: Path, relative: str) -> str:
    """Check the real path, then open: what many file tools do."""
    path = folder / relative
    try:
        return path.read_text() if os.path.realpath(path).startswith(f"{folder}/") else ""
    except OSError:
        return ""


def test_FS_05_control_checking_the_path_first_lets_some_out(flipped: Worker) -> None:
    with flipping(flipped.path) as flips:
        escaped = False
        while not escaped and flips() < 10 * FLIPS:
            escaped = naive(flipped.path, "d/secret") == "outside"
    assert escaped


async def test_FS_05_nothing_escapes_while_a_folder_becomes_a_link_and_back(flipped: Worker) -> None:
    done, rounds = 0, 0
    with flipping(flipped.path) as flips:
        while rounds < ROUNDS or flips() < FLIPS:
            rounds += 1
            for request in requests(flipped.id, rounds):
                try:
                    outcome = await flipped.do(request)
                except MadangError:
                    continue
                done += 1
                assert outcome.body in (b"", b"inside")
                assert "deep" not in str(outcome.facts)
    assert done > ROUNDS
    assert contents(flipped.outside) == {"secret": "outside"}
    assert {path.name for path in flipped.outside.iterdir()} == {"secret", "deep"}
    assert "outside" not in contents(flipped.path.parent / "data" / "trash").values()


def requests(folder: str, number: int) -> list[Request]:
    name = f"d/{number}"
    return [
        ReadFile(folder, "d/secret"), WriteFile(folder, name, b"ours"), ReadFile(folder, "d/secret"),
        WriteFile(folder, name, b"again"), MoveEntry(folder, name, f"{name}-moved"), ListFolder(folder, "d"),
        FindFiles(folder, "**"), SearchFiles(folder, "outside"), MakeFolder(folder, f"d/new-{number}"),
        DeleteEntries(folder, (f"{name}-moved",)), DeleteEntries(folder, ("d/secret", name)),
        WriteFile(folder, "d/secret", b"inside"),
    ]  # fmt: skip
