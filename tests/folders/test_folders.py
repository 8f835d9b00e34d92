"""A folder is opened by a person, is known again, and what Madang would load from it waits to be looked at."""

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from madang.clock import FixedClock
from madang.db.database import Database
from madang.errors import MadangError
from madang.folders.beneath import by_walk
from madang.folders.choosing import hold_new
from madang.folders.errors import (
    BadFolderPath,
    FolderAlreadyOpen,
    FolderGone,
    FolderNested,
    FolderNotForUs,
    FolderNotThere,
    FolderReplaced,
    LinkToFolder,
    NoSuchFolder,
    TrustOutdated,
)
from madang.folders.service import Folders
from madang.folders.types import FolderAccess
from tests.support.ordinary import Ordinary


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "work").mkdir()
    (tmp_path / "data").mkdir()
    return tmp_path / "work"


async def room(database: Database, tmp_path: Path, heard: list[Any] | None = None) -> Folders:
    said = [] if heard is None else heard
    folders = Folders(database, tmp_path / "data", FixedClock(), lambda *event: said.append(event))
    await folders.start()
    return folders


async def test_an_opened_folder_outlives_the_process_and_everybody_hears_of_it(
    database: Database, work: Path, tmp_path: Path
) -> None:
    heard: list[Any] = []
    folders = await room(database, tmp_path, heard)
    opened = await folders.open(f"{work}/", "read")
    assert (opened.path, opened.name, opened.access) == (str(work), "work", "read")
    assert heard == [("folders.changed", {})]
    again = await room(database, tmp_path)
    assert again.all() == [opened]
    assert again.around(str(work / "a")) == opened
    assert again.around(f"{work}-evil/a") is None
    with again.hold(opened.id) as root:
        assert root.identity() == (opened.dev, opened.ino)
    changed = await again.change(opened.id, "write")
    assert changed.access == again.find(opened.id).access == "write"
    await again.close(opened.id)
    assert work.is_dir()
    with pytest.raises(NoSuchFolder):
        again.find(opened.id)
    with pytest.raises(NoSuchFolder):
        await again.close(opened.id)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_what_one_process_opens_is_open_at_the_other(database: Database, work: Path, tmp_path: Path) -> None:
    here, there = await room(database, tmp_path), await room(database, tmp_path)
    opened = await here.open(str(work), "read")
    with pytest.raises(FolderAlreadyOpen):
        await there.open(str(work), "read")
    assert there.all() == [opened]


REFUSED: list[tuple[Callable[[Path], str], type[MadangError], str | None]] = [
    (lambda _: "/", FolderNotForUs, "root"),
    (lambda _: "/proc/self", FolderNotForUs, "system"),
    (lambda _: "/sys", FolderNotForUs, "system"),
    (lambda here: f"{here}/data", FolderNotForUs, "madang"),
    (lambda here: f"{here}", FolderNotForUs, "madang"),
    (lambda here: f"{here}/data/builtin", FolderNotForUs, "madang"),
    (lambda here: f"{here}/nothing", FolderNotThere, None),
    (lambda here: f"{here}/file", FolderNotThere, None),
    (lambda here: f"{here}/link", LinkToFolder, None),
    (lambda here: f"{here}/link/sub", LinkToFolder, None),
    (lambda here: f"{here}/work/../data", BadFolderPath, None),
    (lambda here: f"{here}/a\0b", BadFolderPath, None),
    (lambda here: f"{here}/a\nb", BadFolderPath, None),
    (lambda here: f"{here}/{'a' * 300}", BadFolderPath, None),
    (lambda _: "work", BadFolderPath, None),
    (lambda _: "~/work", BadFolderPath, None),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("path", "error", "reason"), REFUSED)
async def test_what_is_never_opened(
    database: Database, work: Path, tmp_path: Path, path: Callable[[Path], str], error: type[MadangError], reason: str
) -> None:
    (work / "sub").mkdir()
    (tmp_path / "data" / "builtin").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(work)
    folders = await room(database, tmp_path)
    with pytest.raises(error) as refused:
        await folders.open(path(tmp_path), "read")
    assert refused.value.details.get("reason") == reason
    assert folders.all() == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_home_folder_is_not_opened_to_write(
    database: Database, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(work))
    folders = await room(database, tmp_path)
    with pytest.raises(FolderNotForUs) as refused:
        await folders.open(str(work), "write")
    assert refused.value.details == {"reason": "home"}
    opened = await folders.open(str(work), "read")
    with pytest.raises(FolderNotForUs):
        await folders.change(opened.id, "write")
    assert (await folders.places(None)).path == str(work)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_FS_06_folders_in_each_other_are_told_apart_from_those_that_begin_alike(
    database: Database, work: Path, tmp_path: Path
) -> None:
    (work / "sub" / "deep").mkdir(parents=True)
    (tmp_path / "work-evil").mkdir()
    folders = await room(database, tmp_path)
    opened = await folders.open(str(work / "sub"), "read")
    for nested in (work, work / "sub" / "deep"):
        with pytest.raises(FolderNested) as refused:
            await folders.open(str(nested), "read")
        assert refused.value.details["id"] == opened.id
    with pytest.raises(FolderAlreadyOpen) as already:
        await folders.open(str(work / "sub"), "write")
    assert already.value.details == {"id": opened.id}
    await folders.close(opened.id)
    await folders.open(str(work), "read")
    await folders.open(str(tmp_path / "work-evil"), "read")


async def test_another_folder_under_the_same_path_is_not_the_one_that_was_opened(
    database: Database, work: Path, tmp_path: Path
) -> None:
    folders = await room(database, tmp_path)
    opened = await folders.open(str(work), "write")
    work.rename(tmp_path / "moved")
    assert (await folders.standing(opened.id)).state == "gone"
    with pytest.raises(FolderGone):
        folders.hold(opened.id)
    work.mkdir()
    assert (await folders.standing(opened.id)).state == "replaced"
    for way in (None, by_walk):
        with pytest.raises(FolderReplaced):
            folders.hold(opened.id, way)
    with pytest.raises(FolderReplaced):
        await folders.loaded(opened.id)
    work.rmdir()
    work.symlink_to(tmp_path / "moved")
    assert (await folders.standing(opened.id)).state == "gone"
    work.unlink()
    (tmp_path / "moved").rename(work)
    assert (await folders.standing(opened.id)).state == "ready"


async def test_what_madang_would_load_waits_until_it_was_looked_at(
    database: Database, work: Path, tmp_path: Path
) -> None:
    (work / ".madang" / "rules").mkdir(parents=True)
    rules, words = work / ".madang" / "rules" / "policy", work / "AGENTS.md"
    rules.write_text("deny fs.write(ws:secret/**)")
    words.write_text("be kind")
    folders = await room(database, tmp_path)
    opened = await folders.open(str(work), "read")
    standing = await folders.standing(opened.id)
    assert standing.ignored == {".madang/rules/policy": "new", "AGENTS.md": "new"}
    assert await folders.loaded(opened.id) == {}
    await folders.change(opened.id, "write")
    assert (await folders.standing(opened.id)).ignored == {}
    assert await folders.loaded(opened.id) == {
        ".madang/rules/policy": rules.read_bytes(), "AGENTS.md": words.read_bytes()
    }  # fmt: skip

    words.write_text("do as you like")
    (work / ".mcp.json").write_text("{}")
    (work / "other.txt").write_text("anything")
    again = await room(database, tmp_path)
    changed = await again.standing(opened.id)
    assert (changed.state, changed.ignored) == ("ready", {".mcp.json": "new", "AGENTS.md": "changed"})
    assert list(await again.loaded(opened.id)) == [".madang/rules/policy"]
    with pytest.raises(TrustOutdated):
        await again.trust(opened.id, standing.fingerprint)
    await again.trust(opened.id, changed.fingerprint)
    assert (await again.standing(opened.id)).ignored == {}
    assert (await again.loaded(opened.id))["AGENTS.md"] == b"do as you like"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_links_and_giants_are_never_loaded(database: Database, work: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("from elsewhere")
    (work / "AGENTS.md").symlink_to(tmp_path / "outside")
    (work / ".mcp.json").write_bytes(b" " * (2 << 20))
    (work / ".madang").mkdir()
    os.mkfifo(work / ".madang" / "queue")
    folders = await room(database, tmp_path)
    opened = await folders.open(str(work), "write")
    standing = await folders.standing(opened.id)
    assert set(standing.ignored) == {".madang/queue", ".mcp.json", "AGENTS.md"}
    await folders.trust(opened.id, standing.fingerprint)
    assert await folders.loaded(opened.id) == {}
    assert set((await folders.standing(opened.id)).ignored) == set(standing.ignored)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_madang_wrote_itself_needs_no_second_look(database: Database, work: Path, tmp_path: Path) -> None:
    folders = await room(database, tmp_path)
    opened = await folders.open(str(work), "write")
    (work / "AGENTS.md").write_text("ours")
    await folders.wrote(opened.id, "AGENTS.md", hashlib.sha256(b"ours").hexdigest())
    await folders.wrote(opened.id, "notes.md", hashlib.sha256(b"x").hexdigest())
    assert (await folders.standing(opened.id)).ignored == {}
    assert list(await folders.loaded(opened.id)) == ["AGENTS.md"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_folder_to_choose_shows_names_of_folders_only(database: Database, work: Path, tmp_path: Path) -> None:
    for name in ("b", "A", ".hidden"):
        (work / name).mkdir()
    (work / "file").touch()
    (work / "link").symlink_to(tmp_path)
    found = await (await room(database, tmp_path)).places(str(work))
    assert (found.names, found.is_cut, found.parent) == (("A", "b"), False, str(tmp_path))


def open_as_ordinary(folder: str) -> dict[str, str]:
    """Run as a user for whom `closed` is closed and `shared` can only be read."""
    found: dict[str, str] = {}
    asked: list[tuple[str, FolderAccess]] = [
        ("closed", "read"),
        ("shared", "read"),
        ("shared", "write"),
        ("own", "write"),
    ]
    for name, access in asked:
        try:
            hold_new(f"{folder}/{name}", access, Path(folder) / "data").close()
            found[f"{name} {access}"] = "open"
        except MadangError as error:
            found[f"{name} {access}"] = error.code
    return found


def test_a_folder_out_of_this_accounts_reach_is_not_opened(ordinary: Ordinary) -> None:
    place = ordinary.make_folder("folders")
    for name, mode in (("closed", 0o700), ("shared", 0o755)):
        (place / name).mkdir(mode=mode)
        if not os.geteuid():
            os.chown(place / name, 0, 0)
        else:
            (place / name).chmod(0o000 if name == "closed" else 0o555)
    (place / "own").mkdir()
    if not os.geteuid():
        os.chown(place / "own", ordinary.uid, ordinary.uid)
    assert ordinary.call(open_as_ordinary, str(place)) == {
        "closed read": "folders.out_of_reach", "shared read": "open", "shared write": "folders.out_of_reach",
        "own write": "open",
    }  # fmt: skip
    assert json.dumps(sorted(entry.name for entry in place.iterdir())) == '["closed", "own", "shared"]'
