"""What is asked of files: found and held before anything changes, done to that very object, and told truthfully."""

import asyncio
import hashlib
import os
import socket
from pathlib import Path

import pytest

from madang.errors import MadangError
from madang.folders.errors import FolderOpenedToRead, FolderReplaced, NoSuchFolder
from madang.system.files.errors import (
    AlreadyThere,
    BadPath,
    ChangedMeanwhile,
    LinkInPath,
    NoSuchPath,
    NotAFile,
    NotAFolder,
    SpecialFile,
)
from madang.system.requests import (
    DeleteEntries,
    FindFiles,
    ListFolder,
    MakeFolder,
    MoveEntry,
    ReadFile,
    Request,
    RestoreEntry,
    SearchFiles,
    WriteFile,
)
from tests.system.files.conftest import Worker, everything


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def test_a_file_is_read_in_parts(worker: Worker) -> None:
    (worker.path / "a.txt").write_bytes("마당 text".encode())
    outcome = await worker.do(ReadFile(worker.id, "a.txt"))
    assert outcome.body.decode() == "마당 text"
    assert outcome.facts["sha256"] == sha(outcome.body)
    assert (outcome.facts["is_truncated"], outcome.facts["is_text"]) == (False, True)
    assert outcome.taint == ("private",)
    part = await worker.do(ReadFile(worker.id, "a.txt", offset=7, limit_bytes=2))
    assert (part.body, part.facts["is_truncated"], part.facts["sha256"]) == (b"te", True, None)


async def test_an_action_says_what_it_touches(worker: Worker) -> None:
    there = worker.path / "sub" / "a.txt"
    there.parent.mkdir()
    there.write_bytes(b"old")
    action = await worker.action(WriteFile(worker.id, "sub/a.txt", b"new!"))
    touched = action.paths[0]
    found = there.stat()
    assert (action.kind, touched.use, touched.relative, touched.type) == ("fs.write", "write", "sub/a.txt", "file")
    assert touched.path == touched.real == str(there)
    assert (touched.dev, touched.ino, touched.size, touched.links) == (found.st_dev, found.st_ino, 3, 1)
    assert (touched.before, touched.after) == (sha(b"old"), sha(b"new!"))
    assert (action.run, action.step, action.actor.kind) == ("r1", "s1", "run")
    again = await worker.action(WriteFile(worker.id, "sub/a.txt", b"new!"))
    absolute = await worker.action(WriteFile("", str(there), b"new!"))
    assert action.digest == again.digest == absolute.digest
    there.write_bytes(b"odd")
    assert (await worker.action(WriteFile(worker.id, "sub/a.txt", b"new!"))).digest != action.digest
    assert there.read_bytes() == b"odd"


@pytest.mark.parametrize(
    "path",
    ["../outside/secret", "sub/../../outside/secret", "/etc/passwd", "~/x", "file:///etc/passwd", "a\0b", "", "a\nb"],
)  # fmt: skip
async def test_FS_01_no_request_leads_out_by_its_path(worker: Worker, path: str) -> None:
    requests: list[Request] = [
        ReadFile(worker.id, path), WriteFile(worker.id, path, b"x"), DeleteEntries(worker.id, (path,)),
        MoveEntry(worker.id, path, "new"), MoveEntry(worker.id, "there", path), MakeFolder(worker.id, path),
    ]  # fmt: skip
    (worker.path / "there").touch()
    before = everything(worker.path.parent / "in"), everything(worker.outside)
    for request in requests:
        with pytest.raises((BadPath, AlreadyThere)):
            await worker.do(request)
    assert (everything(worker.path.parent / "in"), everything(worker.outside)) == before


@pytest.mark.parametrize("path", ["/proc/self/root/etc/hostname", "/dev/fd/0", "/proc/self/environ", "/proc/version"])
async def test_FS_01_magic_links_and_views_into_the_kernel_are_not_read(worker: Worker, path: str) -> None:
    with pytest.raises((LinkInPath, SpecialFile)):
        await worker.do(ReadFile("", path))


async def test_FS_03_links_are_shown_and_never_followed(worker: Worker) -> None:
    links = {
        "file": worker.outside / "secret", "relative": Path("../outside/secret"), "folder": worker.outside,
        "dangling": worker.outside / "new", "loop": Path("loop"), "within": Path("own"),
    }  # fmt: skip
    (worker.path / "own").write_text("own")
    for name, target in links.items():
        (worker.path / name).symlink_to(target)
    entries = (await worker.do(ListFolder(worker.id))).facts["entries"]
    assert {each["name"] for each in entries if each["type"] == "link"} == set(links)
    assert not any(each["can_be_asked"] for each in entries if each["type"] == "link")
    found = (await worker.do(FindFiles(worker.id, "**"))).facts["found"]
    assert {each["path"] for each in found if each["type"] == "file"} == {"own"}
    assert (await worker.do(SearchFiles(worker.id, "outside"))).facts["lines"] == []
    for name in links:
        for request in (
            ReadFile(worker.id, name), WriteFile(worker.id, name, b"x"), DeleteEntries(worker.id, (name,)),
            MoveEntry(worker.id, name, "elsewhere"), ListFolder(worker.id, name), FindFiles(worker.id, "**", name),
            WriteFile(worker.id, f"{name}/new", b"x"), MakeFolder(worker.id, f"{name}/new"),
            ReadFile(worker.id, f"{name}/secret"), MoveEntry(worker.id, "own", f"{name}/own"),
        ):  # fmt: skip
            with pytest.raises((LinkInPath, NotAFolder, AlreadyThere)):
                await worker.do(request)
    assert everything(worker.outside) == {"secret": b"outside"}
    assert {name for name in links if (worker.path / name).is_symlink()} == set(links)


async def test_FS_04_an_action_says_that_a_file_has_another_name(worker: Worker) -> None:
    os.link(worker.outside / "secret", worker.path / "inside")
    assert (await worker.action(ReadFile(worker.id, "inside"))).paths[0].links == 2
    assert (await worker.action(WriteFile(worker.id, "inside", b"x"))).paths[0].links == 2
    entries = (await worker.do(ListFolder(worker.id))).facts["entries"]
    assert entries[0]["links"] == 2
    await worker.do(WriteFile(worker.id, "inside", b"x"))
    assert (worker.outside / "secret").read_text() == "outside"


async def test_FS_06_a_folder_whose_name_begins_alike_is_another(worker: Worker) -> None:
    evil = worker.path.parent / "in-evil"
    evil.mkdir()
    (evil / "a").write_text("x")
    action = await worker.action(ReadFile("", str(evil / "a")))
    assert (action.paths[0].folder, action.paths[0].path) == ("", str(evil / "a"))
    (worker.path / "caf\u00e9").write_text("composed")
    with pytest.raises(NoSuchPath):
        await worker.do(ReadFile(worker.id, "cafe\u0301"))
    with pytest.raises(NoSuchPath):
        await worker.do(ReadFile(worker.id, "..／outside／secret"))


async def test_FS_07_what_is_no_file_is_neither_opened_nor_waited_for(worker: Worker) -> None:
    os.mkfifo(worker.path / "queue")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(worker.path)
        listening.bind("socket")
        os.chdir(here)
        for name in ("queue", "socket"):
            for request in (
                ReadFile(worker.id, name),
                WriteFile(worker.id, name, b""),
                DeleteEntries(worker.id, (name,)),
            ):
                with pytest.raises(SpecialFile):
                    await asyncio.wait_for(worker.do(request), 30)
    for path in ("/dev/null", "/dev/zero", "/dev/tty"):
        with pytest.raises((SpecialFile, NoSuchPath)):
            await asyncio.wait_for(worker.do(ReadFile("", path)), 30)


async def test_FS_09_what_was_approved_is_not_done_to_something_else(worker: Worker) -> None:
    there, other = worker.path / "a", worker.path / "other"
    there.write_bytes(b"one")
    other.write_bytes(b"other")
    swap = lambda: other.replace(there) if other.exists() else None  # noqa: E731
    for request in (
        WriteFile(worker.id, "a", b"two"), MoveEntry(worker.id, "a", "b"), DeleteEntries(worker.id, ("a",)),
    ):  # fmt: skip
        other.write_bytes(b"other")
        with pytest.raises(ChangedMeanwhile):
            await worker.do(request, swap)
        assert everything(worker.path) == {"a": b"other"}
    assert worker.trash.all(worker.folders.hold(worker.id), worker.id) == []


async def test_what_is_read_is_what_was_held(worker: Worker) -> None:
    there = worker.path / "a"
    there.write_bytes(b"held")

    def swap() -> None:
        there.unlink()
        there.symlink_to(worker.outside / "secret")

    assert (await worker.do(ReadFile(worker.id, "a"), swap)).body == b"held"


async def test_FS_09_a_write_needs_the_file_that_was_read(worker: Worker) -> None:
    there = worker.path / "a"
    made = await worker.do(WriteFile(worker.id, "a", b"one", expected=""))
    assert (made.facts["made"], made.facts["sha256"]) == (True, sha(b"one"))
    with pytest.raises(ChangedMeanwhile) as refused:
        await worker.do(WriteFile(worker.id, "a", b"two", expected=""))
    assert refused.value.details["found"] == sha(b"one")
    await worker.do(WriteFile(worker.id, "a", b"two", expected=sha(b"one")))
    with pytest.raises(ChangedMeanwhile):
        await worker.do(WriteFile(worker.id, "a", b"three", expected=sha(b"one")))
    assert there.read_bytes() == b"two"


async def test_a_folder_opened_to_read_is_only_read(worker: Worker) -> None:
    (worker.path / "a").write_text("a")
    await worker.folders.change(worker.id, "read")
    outcome = await worker.do(ReadFile(worker.id, "a"))
    assert outcome.taint == ("private", "untrusted")
    requests = (
        WriteFile(worker.id, "a", b"x"), WriteFile("", str(worker.path / "a"), b"x"), DeleteEntries(worker.id, ("a",)),
        MoveEntry(worker.id, "a", "b"), MakeFolder(worker.id, "sub"),
    )  # fmt: skip
    for request in requests:
        with pytest.raises(FolderOpenedToRead):
            await worker.do(request)
    assert everything(worker.path) == {"a": b"a"}


async def test_nothing_is_done_in_another_folder_under_the_same_path(worker: Worker) -> None:
    worker.path.rename(worker.path.parent / "moved")
    worker.path.mkdir()
    for request in (ReadFile(worker.id, "a"), WriteFile(worker.id, "a", b"x"), ListFolder(worker.id)):
        with pytest.raises(FolderReplaced):
            await worker.do(request)
    with pytest.raises(NoSuchFolder):
        await worker.do(ReadFile("0" * 26, "a"))
    assert everything(worker.path) == {}


async def test_what_madang_loads_and_wrote_itself_stays_trusted(worker: Worker) -> None:
    await worker.do(WriteFile(worker.id, "AGENTS.md", b"be kind"))
    await worker.do(MakeFolder(worker.id, ".madang"))
    await worker.do(WriteFile(worker.id, ".madang/policy", b"deny"))
    await worker.do(MoveEntry(worker.id, ".madang/policy", ".madang/rules"))
    assert (await worker.folders.standing(worker.id)).ignored == {}
    assert await worker.folders.loaded(worker.id) == {"AGENTS.md": b"be kind", ".madang/rules": b"deny"}
    await worker.do(DeleteEntries(worker.id, ("AGENTS.md",)))
    (worker.path / ".madang/rules").write_text("allow")
    assert (await worker.folders.standing(worker.id)).ignored == {".madang/rules": "changed"}


async def test_the_trash_in_a_folder_is_not_reached_by_its_path(worker: Worker) -> None:
    (worker.path / ".madang-trash").mkdir()
    (worker.path / ".madang-trash" / "x").write_text("x")
    assert (await worker.do(ListFolder(worker.id))).facts["entries"] == []
    assert (await worker.do(FindFiles(worker.id, "**"))).facts["found"] == []
    for request in (ReadFile(worker.id, ".madang-trash/x"), DeleteEntries(worker.id, (".madang-trash",))):
        with pytest.raises(BadPath):
            await worker.do(request)


async def test_a_search_passes_over_what_is_kept_from_runs(worker: Worker) -> None:
    (worker.path / ".env").write_text("KEY=needle")
    (worker.path / "a.py").write_text("x = 1\ny = 'needle'\n")
    (worker.path / "b.bin").write_bytes(b"\0needle")
    facts = (await worker.do(SearchFiles(worker.id, "needle"))).facts
    assert facts["lines"] == [{"path": "a.py", "line": 2, "text": "y = 'needle'"}]
    assert facts["left_out"] == 1


async def test_a_folder_is_no_file_and_a_file_no_folder(worker: Worker) -> None:
    (worker.path / "sub").mkdir()
    (worker.path / "a").touch()
    with pytest.raises(NotAFile):
        await worker.do(ReadFile(worker.id, "sub"))
    with pytest.raises(NotAFile):
        await worker.do(WriteFile(worker.id, "sub", b""))
    for request in (ListFolder(worker.id, "a"), FindFiles(worker.id, "**", "a"), ReadFile(worker.id, "a/b")):
        with pytest.raises(NotAFolder):
            await worker.do(request)


async def test_whatever_comes_of_it_no_descriptor_is_left_open(worker: Worker) -> None:
    (worker.path / "sub").mkdir()
    (worker.path / "a").write_text("a")
    requests: list[Request] = [
        ReadFile(worker.id, "a"), ReadFile(worker.id, "x"), ListFolder(worker.id), ListFolder(worker.id, "a"),
        FindFiles(worker.id, "**"), SearchFiles(worker.id, "a"), WriteFile(worker.id, "a", b"b"),
        WriteFile(worker.id, "sub", b"b"), MoveEntry(worker.id, "a", "sub"), MoveEntry(worker.id, "a", "sub/b"),
        MakeFolder(worker.id, "x/y/z"), MakeFolder(worker.id, "x"), DeleteEntries(worker.id, ("sub", "none")),
        DeleteEntries(worker.id, ("x",)), RestoreEntry(worker.id, "0" * 26),
    ]  # fmt: skip
    await worker.do(ListFolder(worker.id))
    before = len(list(Path("/proc/self/fd").iterdir()))
    for request in requests:
        try:
            await worker.do(request)
        except MadangError:
            continue
    assert len(list(Path("/proc/self/fd").iterdir())) == before
