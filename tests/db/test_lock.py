"""One Madang a folder, and only a folder that nobody else can change."""

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from madang.db.errors import DataDirBusy, UnsafeDataDir
from madang.db.folder import prepare_folder
from madang.db.lock import DataDirLock

HOLDER = """
import sys, time
from pathlib import Path
from madang.db.lock import DataDirLock
lock = DataDirLock(Path(sys.argv[1])); lock.acquire(); lock.announce("http://127.0.0.1:8765")
print("held", flush=True); time.sleep(60)
"""


def test_CRASH_07_the_second_one_learns_who_is_there(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        with pytest.raises(DataDirBusy) as caught:
            DataDirLock(tmp_path).acquire()
        assert (caught.value.details["pid"], caught.value.details["url"]) == (other.pid, "http://127.0.0.1:8765")
        other.kill()
        other.wait()
        with DataDirLock(tmp_path):
            pass


def test_CRASH_07_two_in_one_process_do_not_share_the_lock(tmp_path: Path) -> None:
    with DataDirLock(tmp_path), pytest.raises(DataDirBusy) as caught:
        DataDirLock(tmp_path).acquire()
    assert caught.value.details["pid"] == os.getpid()


def test_SEC_06_the_folder_and_the_lock_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with DataDirLock(tmp_path / "deep" / "data"):
            folder = tmp_path / "deep" / "data"
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert stat.S_IMODE((folder / "lock").stat().st_mode) == 0o600
    finally:
        os.umask(before)


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_SEC_06_a_folder_others_may_write_to_is_refused(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(UnsafeDataDir, match="chmod 700"):
        prepare_folder(folder)


def test_SEC_06_a_symlinked_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "data").symlink_to(tmp_path / "real")
    with pytest.raises(UnsafeDataDir) as caught:
        DataDirLock(tmp_path / "data").acquire()
    assert caught.value.details["reason"] == "symlink"
    assert list((tmp_path / "real").iterdir()) == []


def test_SEC_06_a_folder_others_may_only_read_is_made_private(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)
    assert stat.S_IMODE(prepare_folder(folder).stat().st_mode) == 0o700


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(UnsafeDataDir):
        prepare_folder(tmp_path / "data")


def test_CRASH_07_a_file_system_without_locks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", flock)
    with pytest.raises(UnsafeDataDir) as caught:
        DataDirLock(tmp_path).acquire()
    assert caught.value.details["reason"] == "no_locks"
