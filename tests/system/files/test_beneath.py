"""Nothing outside a held folder is reached, by either way of opening."""

import errno
import os
from pathlib import Path

import pytest

from madang.folders.beneath import FOLDER, Root, Way, best_way, by_kernel, by_walk

WAYS = [pytest.param(by_kernel, id="kernel"), pytest.param(by_walk, id="walk")]
pytestmark = pytest.mark.parametrize("way", WAYS)


@pytest.fixture
def places(tmp_path: Path) -> Path:
    """A folder `in` and a secret beside it, with links of every kind from one to the other."""
    inside, outside = tmp_path / "in", tmp_path / "out"
    (inside / "sub").mkdir(parents=True)
    outside.mkdir()
    (inside / "sub" / "file").write_text("inside")
    (outside / "secret").write_text("outside")
    links: dict[str, str | Path] = {
        "absolute": outside / "secret", "relative": "../out/secret", "folder": outside, "folder-relative": "../out",
        "dangling": outside / "nothing", "loop": "loop", "chain": "absolute", "to-root": "/", "within": "sub/file",
        "folder-within": "sub",
    }  # fmt: skip
    for name, target in links.items():
        (inside / name).symlink_to(target)
    return inside


def read(root: Root, path: str) -> str:
    descriptor = root.open(tuple(path.split("/")), os.O_RDONLY)
    try:
        return os.read(descriptor, 100).decode()
    finally:
        os.close(descriptor)


def test_what_lies_within_is_opened(places: Path, way: Way) -> None:
    with Root.hold(str(places), way) as root:
        assert read(root, "sub/file") == "inside"
        with root.inner(("sub",)) as inner:
            assert read(inner, "file") == "inside"
            assert inner.path == str(places / "sub")


@pytest.mark.parametrize(
    "path",
    ["absolute", "relative", "folder/secret", "folder-relative/secret", "dangling", "loop", "chain",
     "to-root/etc/passwd", "within", "folder-within/file"],
)  # fmt: skip
def test_FS_03_a_link_is_not_followed_wherever_it_leads(places: Path, way: Way, path: str) -> None:
    with Root.hold(str(places), way) as root, pytest.raises(OSError) as refused:
        read(root, path)
    assert refused.value.errno in (errno.ELOOP, errno.ENOTDIR)


@pytest.mark.parametrize("names", [("..",), ("sub", "..", "..", "out"), ("",), (".",), ("sub/file",), ("a\0b",)])
def test_FS_01_what_is_not_one_name_is_not_opened(places: Path, way: Way, names: tuple[str, ...]) -> None:
    with Root.hold(str(places), way) as root, pytest.raises(OSError) as refused:
        os.close(root.open(names, os.O_RDONLY))
    assert refused.value.errno == errno.EINVAL


@pytest.mark.parametrize("flags", [os.O_PATH, os.O_RDONLY, os.O_WRONLY, os.O_CREAT | os.O_WRONLY, FOLDER])
@pytest.mark.parametrize("name", ["absolute", "dangling", "folder", "loop"])
def test_FS_03_nor_is_it_opened_itself(places: Path, way: Way, name: str, flags: int) -> None:
    with Root.hold(str(places), way) as root, pytest.raises(OSError) as refused:
        os.close(root.open((name,), flags, 0o600))
    assert refused.value.errno == errno.ELOOP
    assert not (places.parent / "out" / "nothing").exists()


def test_FS_03_a_folder_under_a_link_is_not_held(places: Path, way: Way) -> None:
    with pytest.raises(OSError) as refused:
        Root.hold(str(places / "folder-within"), way)
    assert refused.value.errno == errno.ELOOP


def test_a_held_folder_is_the_same_one_after_its_path_became_another(places: Path, way: Way) -> None:
    with Root.hold(str(places), way) as root:
        before = root.identity()
        places.rename(places.parent / "moved")
        places.mkdir()
        assert read(root, "sub/file") == "inside"
        assert root.identity() == before != (places.stat().st_dev, places.stat().st_ino)


def test_FS_07_a_queue_does_not_block(places: Path, way: Way) -> None:
    os.mkfifo(places / "queue")
    with Root.hold(str(places), way) as root:
        os.close(root.open(("queue",), os.O_RDONLY))


def count_open() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_no_descriptor_is_left_open(places: Path, way: Way) -> None:
    with Root.hold(str(places), way) as root:
        before = count_open()
        for path in ("sub/file", "within", "nothing", "folder/secret", "sub/file/x"):
            try:
                read(root, path)
            except OSError:
                continue
        assert count_open() == before


def test_the_kernel_is_asked_where_it_can_be(way: Way) -> None:
    assert best_way() is by_kernel
