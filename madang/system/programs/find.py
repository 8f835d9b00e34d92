"""Which file a program's name means: one of the system's own, held open and known by its bytes."""

import hashlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from madang.system.programs.errors import ProgramChanged, ProgramNotFound, ProgramRefused
from madang.system.types import Program

SYSTEM_FOLDERS = (
    "/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/local/sbin", "/opt/homebrew/bin",
)  # fmt: skip
# Where a name of those folders may really lie: the links of /etc/alternatives lead into these.
_REAL = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/opt/homebrew")
# They run another program, or themselves under its name: what would be judged is not what would run.
WRAPPERS = frozenset(
    """
    bash-static bubblewrap busybox bwrap capsh chpst chroot chrt dbus-run-session doas env fakeroot firejail flock gdb
    ionice ltrace machinectl newgrp nice nohup nsenter parallel pkexec proot runcon runuser run0 script setarch linux32
    linux64 i386 x86_64 setpriv setsid sg softlimit ssh-agent start-stop-daemon stdbuf strace su sudo systemd-run
    taskset time timeout toybox unshare valgrind watch xargs xvfb-run
    """.split()  # noqa: SIM905 - a list of words takes a screen
)


@dataclass(slots=True)
class Held:
    """A program's file, held open."""

    program: Program
    fd: int

    def check(self) -> None:
        """Raise `ProgramChanged` unless the path still leads to this file, with these bytes."""
        try:
            there = Path(self.program.path).stat()
        except OSError:
            raise ProgramChanged("the program is gone", path=self.program.path) from None
        same = (there.st_dev, there.st_ino) == (self.program.dev, self.program.ino)
        if not same or _digest(self.fd) != self.program.sha256:
            raise ProgramChanged("the program is another one", path=self.program.path)

    def close(self) -> None:
        os.close(self.fd)


def find(name: str, opened: Sequence[str], places: Sequence[str] = SYSTEM_FOLDERS) -> Held:
    """Find the program and hold it.

    `name` is a bare name, looked up in `places` alone, or an absolute path in one of them. `opened` are the folders
    where a person's files lie: nothing in them is run. Raises `ProgramNotFound`, `ProgramRefused`.
    """
    path = _named(name, places)
    real = os.path.realpath(path)
    _refuse_place(name, path, real, opened, places)
    fd = os.open(real, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        _refuse_file(name, real, os.fstat(fd))
        found = os.fstat(fd)
        return Held(Program(real, _digest(fd), found.st_dev, found.st_ino), fd)
    except BaseException:
        os.close(fd)
        raise


def _named(name: str, places: Sequence[str]) -> str:
    if "/" not in name:
        for place in places:
            if os.access(path := f"{place}/{name}", os.X_OK) and Path(path).is_file():
                return path
    elif os.path.normpath(name) == name and str(Path(name).parent) in places and Path(name).is_file():
        return name
    elif Path(name).is_absolute() and not Path(name).exists():
        raise ProgramNotFound("there is no such program", name=name[:200])
    else:
        raise ProgramRefused("a program is named bare, or by a path of the system's", name=name[:200], why="place")
    raise ProgramNotFound("there is no such program", name=name[:200])


def _refuse_place(name: str, path: str, real: str, opened: Sequence[str], places: Sequence[str]) -> None:
    allowed = (*_REAL, *places) if places is not SYSTEM_FOLDERS else _REAL
    if not _within(real, allowed) or any(_within(each, opened) for each in (path, real)):
        raise ProgramRefused("that program lies elsewhere", name=name[:200], why="place")
    base = Path(real).name
    if {Path(path).name, base} & WRAPPERS or base.startswith(("ld-linux", "ld-musl", "ld.so", "ld-2.")):
        raise ProgramRefused("that program only starts another one", name=name[:200], why="wrapper")


def _refuse_file(name: str, real: str, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode) or not found.st_mode & 0o111:
        raise ProgramNotFound("that is no program", name=name[:200])
    above = [folder.stat() for folder in Path(real).parents]
    if any(each.st_mode & stat.S_IWOTH and not each.st_mode & stat.S_ISVTX for each in (found, *above)):
        raise ProgramRefused("others may change that program", name=name[:200], why="writable")
    if found.st_mode & (stat.S_ISUID | stat.S_ISGID):
        raise ProgramRefused("that program takes another user's rights", name=name[:200], why="setuid")


def _within(path: str, folders: Sequence[str]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)


def _digest(fd: int) -> str:
    os.lseek(fd, 0, os.SEEK_SET)
    with os.fdopen(os.dup(fd), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
