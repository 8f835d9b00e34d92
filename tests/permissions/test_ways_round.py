"""What is judged is what would happen: no other name, no wrapping, no number of words leads round a rule."""

import sys
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from madang.permissions.errors import Denied, StaleApproval, StepTaken
from madang.permissions.types import Workspace
from madang.system.executor import Asking
from madang.system.programs.errors import BadArguments
from madang.system.programs.executor import ProgramExecutor
from madang.system.programs.probe import SandboxReport, real_trial
from madang.system.programs.runner import Runner
from madang.system.programs.sandbox import SandboxState
from madang.system.requests import ExtractArchive, ReadFile, RunProgram
from madang.system.types import Actor, Touched
from tests.permissions.making import HOME, PLACES, file_action, judged, program_action, touched
from tests.permissions.walls import Walls, run, walls

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def house(tmp_path: Path, database_url: str) -> AsyncIterator[Walls]:
    async with walls(tmp_path, database_url) as found:
        found.room.broker.carries(found.executor, ExtractArchive)
        runner = Runner(grace_s=0.3)
        sandbox = SandboxState(real_trial(runner), lambda *_: None)
        sandbox.last = SandboxReport(3, (), ())
        found.room.broker.carries(ProgramExecutor(found.folders, sandbox, runner), RunProgram)
        await found.room.changes.set_mode("workspace", "", "session")
        yield found


def pack(house: Walls, *names: str) -> ExtractArchive:
    """An archive in the opened folder that holds these, to be unpacked into `out`."""
    with zipfile.ZipFile(house.place / "a.zip", "w") as archive:
        for name in names:
            archive.writestr(name, "run me")
    return ExtractArchive(house.folder.id, "a.zip", "out")


async def test_an_archive_is_unpacked_without_a_question_where_its_files_could_be_written(house: Walls) -> None:
    await house.do(pack(house, "a/b.txt", "c.txt"))
    assert (house.place / "out/a/b.txt").read_text() == "run me"


@pytest.mark.parametrize("name", [".git/hooks/pre-commit", "deep/.envrc", "deep/.vscode/tasks.json", "x.pth"])
async def test_FS_11_what_others_obey_is_asked_about_in_an_archive_too(house: Walls, name: str) -> None:
    await house.ask(pack(house, "a.txt", name))
    assert not (house.place / "out").exists()


async def test_PERM_01_a_denied_path_is_denied_in_an_archive_too(house: Walls) -> None:
    await house.room.changes.add_rule("deny fs.write(ws:**/*.lock)", "session")
    with pytest.raises(Denied):
        await house.do(pack(house, "a.txt", "deep/a.lock"))
    with pytest.raises(Denied):
        await house.do(pack(house, "deep/.madang/policy"))
    assert not (house.place / "out").exists()


@pytest.mark.parametrize("name", [".git/commondir", "sub/.git/config.worktree", ".git/worktrees/a/commondir"])
def test_FS_11_what_leads_git_to_other_settings_is_asked_about(name: str) -> None:
    assert judged(file_action("fs.write", name), mode="workspace").code == "protected"


@pytest.mark.parametrize("words", [("rg", "key", "src"), ("rg", "-g", "*", "key"), ("diff", "src", "src")])
def test_FS_12_a_folder_is_not_read_whole_unasked(words: tuple[str, ...]) -> None:
    action = program_action(*words)
    action = replace(action, paths=(*action.paths, touched("src", type="folder")))
    assert judged(action).effect == "ask"
    assert judged(program_action("rg", "--files", "src")).effect == "allow"


@pytest.mark.parametrize("word", ["a/../b", "./a/../../b", "../a/../b"])
def test_PROC_01_a_way_up_from_what_may_be_a_link_is_no_path_of_a_template(word: str) -> None:
    assert judged(program_action("cat", word)).effect == "ask"


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's programs")
async def test_FS_12_a_link_to_what_looks_like_a_secret_is_asked_about_as_that(house: Walls) -> None:
    (house.place / "deep").mkdir()
    (house.place / "deep" / ".env").write_text("KEY=1")
    (house.place / "notes.txt").symlink_to("deep/.env")
    (house.place / "d").symlink_to("deep")
    for number, name in enumerate(("notes.txt", "d/.env", "deep/.env")):
        request = RunProgram(house.folder.id, ("cat", name))
        id = await house.ask(request, Asking(Actor("run", "agent"), "run", str(number)))
        assert (await house.room.parking.find(id)).verdict.code == "secret_file", name


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's programs")
async def test_PERM_02_a_script_behind_a_link_or_many_words_is_shown_and_held(house: Walls) -> None:
    (house.place / "build.py").write_text("print(1)")
    (house.place / "run").symlink_to("build.py")
    many = [f"--{number}" for number in range(60)]
    id = await house.ask(RunProgram(house.folder.id, ("python3", *many, "run"), unsandboxed=True))
    shown = (await house.room.parking.find(id)).preview["script"]
    assert (shown["path"], shown["text"]) == ("run", "print(1)")
    (house.place / "build.py").write_text("print(2)")
    with pytest.raises(StaleApproval):
        await house.answer(id)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's programs")
async def test_PERM_12_words_that_name_too_many_files_are_refused(house: Walls) -> None:
    names = tuple(f"{number}.txt" for number in range(201))
    for name in names:
        (house.place / name).touch()
    with pytest.raises(BadArguments):
        await house.do(RunProgram(house.folder.id, ("cat", *names)))


def test_FS_11_a_program_does_not_run_where_it_would_see_keys() -> None:
    around = replace(PLACES, folders={"f1": Workspace(f"{HOME}/.config", True)})
    where = Touched("cwd", "f1", "a", f"{HOME}/.config/a", f"{HOME}/.config/a", "folder", 1, 2)
    action = replace(program_action("cat", "b"), paths=(where,), cwd=where.path)
    assert judged(action, mode="workspace", places=around).code == "secret_place"
    assert judged(replace(action, actor=Actor("person", "p")), places=around).effect == "allow"


async def test_PERM_03_a_step_that_was_taken_answers_for_no_other_request(house: Walls) -> None:
    await house.do(house.write("a.txt", b"one"))
    assert (await house.do(house.write("a.txt", b"one"))).facts
    with pytest.raises(StepTaken):
        await house.do(house.write("a.txt", b"two"))
    with pytest.raises(StepTaken):
        await house.do(ReadFile(house.folder.id, "a.txt"))
    id = await house.ask(house.write(".envrc"), run("2"))
    assert await house.answer(id) == "done"
    with pytest.raises(StepTaken):
        await house.do(house.write("b.txt"), run("2"))
    assert sorted(path.name for path in house.place.iterdir()) == [".envrc", "a.txt"]
