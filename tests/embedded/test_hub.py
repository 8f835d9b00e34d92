"""A model from one URL: continued, refused, checked."""

from pathlib import Path

import pytest

from madang.gateway.embedded import hub
from madang.gateway.embedded.errors import PlaceFailed
from tests.embedded.fileserver import FileServer

CONTENT = bytes(range(256)) * 2000


async def fetch(files: FileServer, target: Path, size_bytes: int = len(CONTENT)) -> list[int]:
    reports: list[int] = []
    await hub.download(f"{files.base_url}/tiny.gguf", target, size_bytes, reports.append)
    return reports


async def test_a_file_comes_whole_and_says_how_far_it_is(files: FileServer, tmp_path: Path) -> None:
    files.files["tiny.gguf"] = CONTENT
    reports = await fetch(files, tmp_path / "t")
    assert (tmp_path / "t").read_bytes() == CONTENT
    assert reports == sorted(reports)
    assert reports[-1] == len(CONTENT)


async def test_a_break_is_continued_from_the_byte_it_came_to(files: FileServer, tmp_path: Path) -> None:
    files.files["tiny.gguf"] = CONTENT
    files.break_after = [100_000]
    await fetch(files, tmp_path / "t")
    assert (tmp_path / "t").read_bytes() == CONTENT
    assert [wanted for _, wanted in files.asked] == [None, "bytes=100000-"]


async def test_what_an_earlier_process_left_is_not_fetched_again(files: FileServer, tmp_path: Path) -> None:
    files.files["tiny.gguf"] = CONTENT
    (tmp_path / "t").write_bytes(CONTENT[:300_000])
    await fetch(files, tmp_path / "t")
    assert (tmp_path / "t").read_bytes() == CONTENT
    assert files.asked == [("tiny.gguf", "bytes=300000-")]


async def test_a_server_without_ranges_sends_the_whole_again(files: FileServer, tmp_path: Path) -> None:
    files.files["tiny.gguf"], files.has_ranges = CONTENT, False
    (tmp_path / "t").write_bytes(b"x" * 300_000)
    await fetch(files, tmp_path / "t")
    assert (tmp_path / "t").read_bytes() == CONTENT


async def test_a_no_is_taken_at_once(files: FileServer, tmp_path: Path) -> None:
    with pytest.raises(PlaceFailed, match="404"):
        await fetch(files, tmp_path / "t")
    assert len(files.asked) == 1


async def test_a_file_of_another_size_is_not_begun(files: FileServer, tmp_path: Path) -> None:
    files.files["tiny.gguf"] = b"<html>please sign in to the hotel network</html>"
    with pytest.raises(PlaceFailed, match="offers 48 bytes"):
        await fetch(files, tmp_path / "t")
    assert not (tmp_path / "t").exists()


async def test_nobody_there_is_a_failed_place(tmp_path: Path) -> None:
    async with FileServer() as gone:
        url = gone.base_url
    with pytest.raises(PlaceFailed):
        await hub.download(f"{url}/tiny.gguf", tmp_path / "t", 10, lambda _: None)
