"""Where an installation keeps its data, on a disk that can be made full."""

import errno
import os
import resource
import subprocess
from pathlib import Path

import psutil

SIZE_MIB = 192
_STEP = 2**20


class Place:
    """A data folder: as root on a small file system in memory, else on the disk with a limit on the size of files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True)
        self.is_own_disk = os.geteuid() == 0 and _mount(folder)
        self._ballast = folder / "ballast"

    @property
    def how(self) -> str:
        """Say how a full disk is played."""
        return f"a tmpfs of {SIZE_MIB} MiB" if self.is_own_disk else "RLIMIT_FSIZE of the server"

    def fill(self, pid: int) -> None:
        """Leave no room for anything new."""
        if self.is_own_disk:
            _write_until_full(self._ballast)
        else:
            largest = max((path.stat().st_size for path in self.folder.glob("*.sqlite3*")), default=0)
            _limit(pid, largest)

    def free(self, pid: int | None) -> None:
        """Let there be room again."""
        self._ballast.unlink(missing_ok=True)
        if pid is not None and not self.is_own_disk:
            _limit(pid, resource.RLIM_INFINITY)

    def leave(self) -> None:
        """Take the file system away."""
        if self.is_own_disk:
            subprocess.run(["umount", "--lazy", str(self.folder)], check=False)


def _mount(folder: Path) -> bool:
    options = f"size={SIZE_MIB}m,mode=0700"
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "madang-soak", str(folder)], check=False)
    return done.returncode == 0


def _write_until_full(path: Path) -> None:
    block = b"\0" * _STEP
    with path.open("ab", buffering=0) as ballast:
        while True:
            try:
                if ballast.write(block) < len(block):
                    block = block[: len(block) // 2] or b"\0"
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise
                return


def _limit(pid: int, size: int) -> None:
    process = psutil.Process(pid)
    _, hard = process.rlimit(psutil.RLIMIT_FSIZE)
    process.rlimit(psutil.RLIMIT_FSIZE, (size, hard))
