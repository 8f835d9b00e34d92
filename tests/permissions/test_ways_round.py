"""What is judged is what would happen: no other name, no wrapping, no number of words leads round a rule."""

import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from madang.permissions.errors import Denied
from madang.system.requests import ExtractArchive
from tests.permissions.making import file_action, judged
from tests.permissions.walls import Walls, walls

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def house(tmp_path: Path, database_url: str) -> AsyncIterator[Walls]:
    async with walls(tmp_path, database_url) as found:
        found.room.broker.carries(found.executor, ExtractArchive)
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
