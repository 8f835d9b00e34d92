"""What was deleted waits in the trash: on which disk, for how long, and what others write there."""

import os
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from madang.clock import FixedClock
from madang.system.files.errors import BadPath, LinkInPath, NoSuchPath, OtherDisk
from madang.system.files.executor import FileExecutor
from madang.system.files.trash import TRASH, Trash
from madang.system.requests import DeleteEntries, RestoreEntry
from tests.system.files.conftest import Worker


@pytest.fixture
def other_disk(tmp_path: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        assert Path(folder).stat().st_dev != tmp_path.stat().st_dev
        yield Path(folder)


def with_trash(worker: Worker, place: Path) -> Worker:
    trash = Trash(place)
    return Worker(FileExecutor(worker.folders, trash, FixedClock()), worker.folders, worker.folder, trash)


async def test_from_another_disk_it_waits_in_the_opened_folder(worker: Worker, other_disk: Path) -> None:
    here = with_trash(worker, other_disk)
    (worker.path / "a").write_text("a")
    entry = (await here.do(DeleteEntries(worker.id, ("a",)))).facts["trash"][0]["id"]
    assert (worker.path / TRASH / entry / "item").read_text() == "a"
    assert (worker.path / TRASH / ".gitignore").read_text() == "*\n"
    assert (worker.path / TRASH).stat().st_mode & 0o777 == 0o700
    assert list((other_disk / "trash").iterdir()) == []
    await here.do(RestoreEntry(worker.id, entry))
    assert (worker.path / "a").read_text() == "a"
    assert [each.name for each in (worker.path / TRASH).iterdir()] == [".gitignore"]


async def test_a_link_in_place_of_the_trash_is_not_followed(worker: Worker, other_disk: Path) -> None:
    here = with_trash(worker, other_disk)
    (worker.path / "a").write_text("a")
    (worker.path / TRASH).symlink_to(worker.outside)
    with pytest.raises(LinkInPath):
        await here.do(DeleteEntries(worker.id, ("a",)))
    assert (worker.path / "a").read_text() == "a"
    assert [each.name for each in worker.outside.iterdir()] == ["secret"]


async def test_outside_the_opened_folders_no_trash_is_made(worker: Worker, other_disk: Path) -> None:
    here = with_trash(worker, other_disk)
    with pytest.raises(OtherDisk):
        await here.do(DeleteEntries("", (str(worker.outside / "secret"),)))
    with pytest.raises(NoSuchPath):
        await here.do(RestoreEntry(worker.id, "0" * 26))
    assert (worker.outside / "secret").read_text() == "outside"
    assert not Path("/", TRASH).exists()
    assert not (worker.path / TRASH).exists()


@pytest.mark.parametrize("path", ["../outside/new", "/etc/new", ".madang-trash/x", "a\\u0000b"])
async def test_what_others_write_into_a_trash_leads_nowhere(worker: Worker, other_disk: Path, path: str) -> None:
    here = with_trash(worker, other_disk)
    (worker.path / "a").write_text("a")
    entry = (await here.do(DeleteEntries(worker.id, ("a",)))).facts["trash"][0]["id"]
    about = worker.path / TRASH / entry / "about.json"
    about.write_text(about.read_text().replace('"path":"a"', f'"path":"{path}"'))
    with pytest.raises(BadPath):
        await here.do(RestoreEntry(worker.id, entry))
    assert [each.name for each in worker.outside.iterdir()] == ["secret"]
    with pytest.raises(NoSuchPath):
        await here.do(RestoreEntry(worker.id, "../../outside"))


async def test_after_its_time_it_is_gone_for_good(worker: Worker) -> None:
    kept, old = worker.path / "kept", worker.path / "old"
    for each in (kept, old):
        each.mkdir()
        (each / "link").symlink_to(worker.outside)
    ids = [each["id"] for each in (await worker.do(DeleteEntries(worker.id, ("kept", "old")))).facts["trash"]]
    place = worker.path.parent / "data" / "trash"
    long_ago = (place / ids[1]).stat().st_mtime - timedelta(days=31).total_seconds()
    os.utime(place / ids[1], (long_ago, long_ago))
    assert worker.trash.purge([]) == 1
    assert [each.name for each in place.iterdir()] == [ids[0]]
    assert (worker.outside / "secret").read_text() == "outside"
