"""Making, moving, deleting and bringing back: shown first, all of it or nothing, and never over something else."""

import pytest

from madang.system.files.errors import (
    AlreadyThere,
    BadPath,
    ChangedMeanwhile,
    NoSuchPath,
    NotAFolder,
)
from madang.system.requests import (
    DeleteEntries,
    MakeFolder,
    MoveEntry,
    RestoreEntry,
    WriteFile,
)
from tests.system.files.conftest import Worker, everything


async def test_a_write_shows_what_it_would_change(worker: Worker) -> None:
    (worker.path / "a").write_text("one\ntwo\nthree\n")
    async with await worker.executor.prepare(WriteFile(worker.id, "a", b"one\n2\nthree\n"), worker.asking) as prepared:
        assert "-two\n+2\n" in prepared.preview["diff"]
    async with await worker.executor.prepare(WriteFile(worker.id, "b", b"\0\1"), worker.asking) as prepared:
        assert (prepared.preview["diff"], prepared.preview["why"]) == (None, "binary")
    assert everything(worker.path) == {"a": b"one\ntwo\nthree\n"}


async def test_folders_are_made_with_those_above_them(worker: Worker) -> None:
    action = await worker.action(MakeFolder(worker.id, "a/b/c"))
    assert [each.relative for each in action.paths] == ["a", "a/b", "a/b/c"]
    await worker.do(MakeFolder(worker.id, "a/b/c"))
    assert (worker.path / "a/b/c").is_dir()
    with pytest.raises(AlreadyThere):
        await worker.do(MakeFolder(worker.id, "a/b"))
    (worker.path / "file").touch()
    with pytest.raises(NotAFolder):
        await worker.do(MakeFolder(worker.id, "file/x"))


async def test_a_move_replaces_nothing(worker: Worker) -> None:
    for name in ("a", "b"):
        (worker.path / name).write_text(name)
    (worker.path / "sub").mkdir()
    with pytest.raises(AlreadyThere):
        await worker.do(MoveEntry(worker.id, "a", "b"))
    with pytest.raises(AlreadyThere):
        await worker.do(MoveEntry(worker.id, "a", "sub/a"), (worker.path / "sub" / "a").touch)
    with pytest.raises(BadPath):
        await worker.do(MoveEntry(worker.id, "sub", "sub/inner"))
    await worker.do(MoveEntry(worker.id, "sub", "other"))
    await worker.do(MoveEntry(worker.id, "b", "other/b"))
    assert everything(worker.path) == {"a": b"a", "other": None, "other/a": b"", "other/b": b"b"}


async def test_what_is_deleted_can_be_brought_back(worker: Worker) -> None:
    (worker.path / "sub" / "deep").mkdir(parents=True)
    (worker.path / "sub" / "deep" / "a").write_text("a")
    (worker.path / "b").write_text("b")
    before = everything(worker.path)
    request = DeleteEntries(worker.id, ("sub/deep", "b"))
    async with await worker.executor.prepare(request, worker.asking) as prepared:
        assert (prepared.preview["files"], prepared.preview["folders"]) == (2, 1)
        assert prepared.preview["names"] == ["sub/deep", "sub/deep/a", "b"]
    assert everything(worker.path) == before
    deleted = (await worker.do(request)).facts["trash"]
    assert everything(worker.path) == {"sub": None}
    with worker.folders.hold(worker.id) as root:
        assert {each.id: each.path for each in worker.trash.all(root, worker.id)} == {
            each["id"]: each["path"] for each in deleted
        }
    (worker.path / "sub").rmdir()
    for each in deleted:
        await worker.do(RestoreEntry(worker.id, each["id"]))
    assert everything(worker.path) == before
    with pytest.raises(NoSuchPath):
        await worker.do(RestoreEntry(worker.id, deleted[0]["id"]))


async def test_what_is_brought_back_replaces_nothing(worker: Worker) -> None:
    (worker.path / "a").write_text("old")
    deleted = (await worker.do(DeleteEntries(worker.id, ("a",)))).facts["trash"][0]["id"]
    (worker.path / "a").write_text("new")
    with pytest.raises(AlreadyThere):
        await worker.do(RestoreEntry(worker.id, deleted))
    (worker.path / "a").unlink()
    await worker.do(RestoreEntry(worker.id, deleted))
    assert (worker.path / "a").read_text() == "old"


async def test_a_deletion_that_fails_halfway_deletes_nothing(worker: Worker) -> None:
    for name in "abc":
        (worker.path / name).write_text(name)

    def swap() -> None:
        (worker.path / "x").write_text("c")
        (worker.path / "x").replace(worker.path / "c")

    with pytest.raises(ChangedMeanwhile):
        await worker.do(DeleteEntries(worker.id, ("a", "b", "c")), swap)
    assert everything(worker.path) == {"a": b"a", "b": b"b", "c": b"c"}
    with pytest.raises(BadPath):
        await worker.do(DeleteEntries(worker.id, ("a", "a")))


async def test_whole_paths_in_two_opened_folders_stay_in_their_own(worker: Worker) -> None:
    second = await worker.folders.open(str(worker.outside), "write")
    (worker.path / "a").write_text("a")
    (worker.path / "secret").write_text("inside")
    request = MoveEntry("", str(worker.path / "a"), str(worker.outside / "b"))
    touched = (await worker.action(request)).paths
    assert [(each.folder, each.relative) for each in touched] == [(worker.id, "a"), (second.id, "b")]
    await worker.do(request)
    assert everything(worker.path) == {"secret": b"inside"}
    both = (str(worker.path / "secret"), str(worker.outside / "secret"))
    await worker.do(DeleteEntries("", both))
    assert (everything(worker.path), everything(worker.outside)) == ({}, {"b": b"a"})
    with worker.folders.hold(second.id) as root:
        assert [each.path for each in worker.trash.all(root, second.id)] == ["secret"]
