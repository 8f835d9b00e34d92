"""The journal with everything in front of it: what a run or a person changed is held, and put back."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from madang.clock import FixedClock
from madang.permissions.effects.types import Verdict
from madang.system.executor import Asking
from madang.system.requests import DeleteEntries, MakeFolder, MoveEntry, ReadFile, UndoChanges
from madang.system.types import Action, Actor, Sandbox, Touched
from madang.system.undo import scanning
from madang.system.undo.errors import NotUndoable
from madang.system.undo.journal import AGE
from tests.permissions.walls import Walls, run, walls

pytestmark = pytest.mark.timeout(120)
BY_HAND = Asking(Actor("person", "session"))


@pytest.fixture
async def house(tmp_path: Path, database_url: str) -> AsyncIterator[Walls]:
    async with walls(tmp_path, database_url) as found:
        (found.place / "a.txt").write_bytes(b"old")
        (found.place / "a.txt").chmod(0o640)
        yield found


async def newest(house: Walls) -> str:
    return (await house.undo.page(house.folder.id, None, None, 1))[0].id


async def undo(house: Walls, id: str, *, paths: tuple[str, ...] = (), over: tuple[str, ...] = ()) -> dict[str, str]:
    done = await house.do(UndoChanges(house.folder.id, id, paths, over), BY_HAND)
    return dict(done.facts["states"])


async def test_a_write_is_undone_with_its_mode_and_time_and_undoing_is_undone_too(house: Walls) -> None:
    before = (house.place / "a.txt").stat()
    await house.do(house.write(), BY_HAND)
    assert await undo(house, await newest(house)) == {"a.txt": "restored"}
    after = (house.place / "a.txt").stat()
    assert (house.place / "a.txt").read_bytes() == b"old"
    assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)
    assert await undo(house, await newest(house)) == {"a.txt": "restored"}
    assert (house.place / "a.txt").read_bytes() == b"new"


async def test_what_the_person_changed_since_stays_until_they_say_otherwise(house: Walls) -> None:
    await house.do(house.write(), BY_HAND)
    id = await newest(house)
    (house.place / "a.txt").write_bytes(b"mine")
    assert await undo(house, id) == {"a.txt": "conflict"}
    assert (house.place / "a.txt").read_bytes() == b"mine"
    assert await undo(house, id, over=("a.txt",)) == {"a.txt": "restored"}
    assert (house.place / "a.txt").read_bytes() == b"old"


async def test_moves_deletions_and_new_folders_are_undone_one_path_or_all(house: Walls) -> None:
    (house.place / "b.txt").write_bytes(b"b")
    await house.do(DeleteEntries(house.folder.id, ("a.txt", "b.txt")), BY_HAND)
    id = await newest(house)
    assert (await undo(house, id, paths=("b.txt",)))["b.txt"] == "restored"
    assert not (house.place / "a.txt").exists()
    assert (await undo(house, id))["a.txt"] == "restored"
    await house.do(MakeFolder(house.folder.id, "deep/er"), BY_HAND)
    await undo(house, await newest(house))
    await house.do(MoveEntry(house.folder.id, "a.txt", "c.txt"), BY_HAND)
    await undo(house, await newest(house))
    assert sorted(path.name for path in house.place.iterdir() if path.name[0] != ".") == ["a.txt", "b.txt"]


async def test_what_is_read_or_not_done_leaves_no_entry(house: Walls) -> None:
    await house.do(ReadFile(house.folder.id, "a.txt"))
    await house.ask(house.write(content=b"asked"))
    assert await house.undo.page(house.folder.id, None, None, 9) == []
    assert (house.place / "a.txt").read_bytes() == b"old"


async def test_a_run_can_be_told_by_what_it_changed(house: Walls) -> None:
    await house.room.changes.set_mode("workspace", "", "session")
    await house.do(house.write("one.txt"), run("1", "run-one"))
    await house.do(house.write("two.txt"), run("1", "run-two"))
    of_one = await house.undo.page(house.folder.id, "run-one", None, 9)
    assert [[change.path for change in one.changes if change.path] for one in of_one] == [[("one.txt",)]]


async def test_after_its_time_what_was_held_is_gone_and_says_so(tmp_path: Path, database_url: str) -> None:
    clock = FixedClock()
    async with walls(tmp_path, database_url, clock) as house:
        (house.place / "a.txt").write_bytes(b"old")
        await house.do(house.write(), BY_HAND)
        id = await newest(house)
        assert list((tmp_path / "data" / "undo").iterdir())
        clock.advance(days=AGE.days + 1)
        await house.undo.tidy()
        assert not list((tmp_path / "data" / "undo").iterdir())
        with pytest.raises(NotUndoable):
            await undo(house, id)
        assert (house.place / "a.txt").read_bytes() == b"new"


async def test_what_was_under_way_when_madang_ended_says_so(tmp_path: Path, database_url: str) -> None:
    async with walls(tmp_path, database_url) as house:
        (house.place / "a.txt").write_bytes(b"old")
        await house.do(house.write(), BY_HAND)
        id = await newest(house)
        await house.undo.mark(id, "open")
    async with walls(tmp_path, database_url) as house:
        assert (await house.undo.find(id)).state == "unknown"


async def test_a_program_in_a_folder_too_large_to_be_kept_is_asked_about(
    house: Walls, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = Touched("cwd", house.folder.id, "", house.folder.path, house.folder.path, "folder")
    program = Action("exec", Actor("run", "r"), paths=(where,), sandbox=Sandbox(3, False, (house.folder.path,)))
    free = Verdict("allow", "mode_allows", "mode", "workspace", "", "workspace", [])
    doing = house.room.doing
    assert await doing.can_undo(program, free)
    monkeypatch.setattr(scanning, "MOST_ENTRIES", 0)
    assert not await doing.can_undo(program, free)
    by_template = Verdict("allow", "template_allows", "builtin", "ls", "", "ask", [])
    assert await doing.can_undo(program, by_template)
