"""Running a program as an action: what is held, what is shown, and what is refused."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from madang.errors import MadangError
from madang.folders.beneath import Root
from madang.folders.types import OpenedFolder
from madang.system.executor import Asking
from madang.system.programs.executor import PreparedProgram, ProgramExecutor
from madang.system.programs.probe import SandboxReport, real_trial
from madang.system.programs.protected import is_protected
from madang.system.programs.runner import Runner
from madang.system.programs.sandbox import SandboxState
from madang.system.requests import RunProgram
from madang.system.types import Actor, Tier
from tests.support.ordinary import Ordinary
from tests.system.programs.running import PYTHON

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux's sandboxes")
RUN = Asking(Actor("run", "r1"), "r1", "s1")


class OneFolder:
    """The opened folders of somebody who opened one."""

    def __init__(self, path: str, access: str = "write") -> None:
        found = Path(path).stat()
        self._folder = OpenedFolder(
            "f1", path, "folder", access, found.st_dev, found.st_ino, datetime.now(UTC),  # type: ignore[arg-type]
        )  # fmt: skip

    def find(self, folder_id: str) -> OpenedFolder:
        return self._folder

    def all(self) -> list[OpenedFolder]:
        return [self._folder]

    def hold(self, folder_id: str) -> Root:
        return Root.hold(self._folder.path)


def executor(path: str, tier: Tier | None = None, required: Tier = 1, access: str = "write") -> ProgramExecutor:
    runner = Runner(grace_s=0.3)
    state = SandboxState(real_trial(runner), lambda *_: None)
    if tier is not None:
        state.last = SandboxReport(tier, (), ())
    return ProgramExecutor(OneFolder(path, access), state, runner, required)  # type: ignore[arg-type]


async def outcome(path: str, argv: list[str], tier: Tier | None, changes: dict[str, Any]) -> dict[str, Any]:
    """Run it for an agent; return its facts or the error's code."""
    asking = replace(RUN, actor=Actor(changes.pop("actor", "run"), "x"))
    try:
        request = RunProgram("f1", tuple(argv), **changes)
        async with await executor(path, tier).prepare(request, asking) as prepared:
            return dict((await prepared.perform(lambda *_: None)).facts)
    except MadangError as error:
        return {"error": error.code}


async def outcomes(path: str, argv: list[str], tiers: list[Tier], changes: dict[str, Any]) -> list[dict[str, Any]]:
    return [await outcome(path, argv, tier, dict(changes)) for tier in tiers]


MISCHIEF = """
import os
for made in (".git/hooks", ".vscode", ".madang", "deep/.idea"): os.makedirs(made, exist_ok=True)
for name in (".git/hooks/pre-commit", ".vscode/settings.json", ".madang/x", "deep/.idea/y", ".envrc", "a.pth", "fine"):
    open(name, "w").write("run me")
try: open(".npmrc", "w").write("changed")
except OSError: pass
try: os.rename(".npmrc", ".npmrc-old")
except OSError: pass
"""


@pytest.mark.parametrize("tier", [3, 2, 1])
def test_SBX_06_what_others_obey_is_not_made_by_a_program(ordinary: Ordinary, ordinary_path: Path, tier: Tier) -> None:
    (ordinary_path / ".npmrc").write_text("mine")
    ordinary.own(ordinary_path)
    facts = ordinary.call(outcome, str(ordinary_path), [PYTHON, "-c", MISCHIEF], tier, {})
    assert facts["exit_code"] == 0, facts["stderr"]
    obeyed = [str(path.relative_to(ordinary_path)) for path in ordinary_path.rglob("*") if path.is_file()]
    assert [path for path in obeyed if is_protected(path)] == [".npmrc"]
    assert (ordinary_path / ".npmrc").read_text() == "mine"
    assert (ordinary_path / "fine").read_text() == "run me"
    made = {".git/hooks/pre-commit", ".vscode/settings.json", ".madang/x", "deep/.idea/y", ".envrc", "a.pth"}
    assert made <= set(facts["protected"])


# A settings folder that lies elsewhere, or cannot be listed, and a wall that falls over what it finds.
DETOURS = """
import os
def write(path):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    open(path, "w").write("run me")
for path in ("evil/config", "evil/hooks/pre-commit", "evil/tasks.json", "sub/.git/commondir", "shut/.git/config"):
    write(path)
os.symlink("evil", ".git")
os.symlink("evil", ".vscode")
os.makedirs("deep"); open("deep/.git", "w").write("gitdir: ../evil")
os.chmod("shut/.git", 0o111)
os.rename("a", "a-old"); os.symlink("evil", "a")
"""


@pytest.mark.parametrize("tier", [3, 1])
def test_SBX_06_no_detour_leads_others_to_what_a_program_made(
    ordinary: Ordinary, ordinary_path: Path, tier: Tier
) -> None:
    (ordinary_path / "a").mkdir()
    (ordinary_path / "a" / ".envrc").write_text("mine")
    (ordinary_path / ".idea").symlink_to("evil")
    ordinary.own(ordinary_path)
    facts = ordinary.call(outcome, str(ordinary_path), [PYTHON, "-c", DETOURS], tier, {})
    assert facts["exit_code"] == 0, facts["stderr"]
    for name in (".git", ".vscode", "deep/.git", "sub/.git/commondir", "shut/.git/config"):
        assert name in facts["protected"]
        assert not os.path.lexists(ordinary_path / name), name
    assert (ordinary_path / "a" / ".envrc").read_text() == "mine"
    assert not (ordinary_path / "a").is_symlink()
    assert (ordinary_path / ".idea").readlink() == Path("evil")


def test_SBX_06_control_by_hand_it_is_told_and_stays(ordinary: Ordinary, ordinary_path: Path) -> None:
    facts = ordinary.call(outcome, str(ordinary_path), [PYTHON, "-c", MISCHIEF], 3, {"actor": "person"})
    assert (ordinary_path / ".envrc").exists()
    assert ".envrc" in facts["protected"]


def test_SBX_02_without_the_required_sandbox_a_program_runs_only_by_name_outside_one(
    ordinary: Ordinary, ordinary_path: Path
) -> None:
    argv = [PYTHON, "-c", "open('ran', 'w')"]
    assert ordinary.call(outcome, str(ordinary_path), argv, 0, {}) == {"error": "system.sandbox_missing"}
    assert not (ordinary_path / "ran").exists()
    facts = ordinary.call(outcome, str(ordinary_path), argv, 0, {"unsandboxed": True})
    assert (facts["exit_code"], facts["tier"]) == (0, 0)
    assert (ordinary_path / "ran").exists()


HOSTILE_GIT = """
set -e; git init -q .; git config user.email a@b; git config user.name n
printf 'x' > file; git add file; git commit -qm one
git config core.fsmonitor 'touch {out}/fsmonitor; false'; git config diff.x.textconv 'touch {out}/textconv; cat'
git config filter.x.clean 'touch {out}/clean inside-clean; cat'; git config core.hooksPath hooks
git config alias.st '!touch {out}/alias'; mkdir hooks
printf '#!/bin/sh\\ntouch {out}/hook\\n' > hooks/post-checkout; chmod +x hooks/post-checkout
printf '* filter=x diff=x\\n' > .gitattributes; printf 'y' >> file
"""


def test_PROC_07_a_hostile_repository_runs_at_most_inside_the_box(ordinary: Ordinary, ordinary_path: Path) -> None:
    out, folder = ordinary_path / "out", ordinary_path / "folder"
    for made in (out, folder):
        made.mkdir()
    ordinary.own(ordinary_path)
    git = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null"}
    done = ordinary.run(["/bin/sh", "-c", f"cd {folder}; " + HOSTILE_GIT.format(out=out)], environment=git)
    assert done.returncode == 0, done.stderr
    for words in (["git", "diff"], ["git", "status"], ["git", "st"], ["git", "checkout", "-q", "."]):
        ordinary.call(outcomes, str(folder), words, [3, 2, 1], {})
    assert list(out.iterdir()) == []
    ordinary.run(["/usr/bin/git", "-C", str(folder), "diff"], environment=git)
    assert list(out.iterdir())


def prepared(path: Path, *argv: str, cwd: str = "", access: str = "write") -> PreparedProgram:
    asked = executor(str(path), 3, access=access).prepare(RunProgram("f1", argv, cwd), RUN)
    return asyncio.run(asked)


def test_the_action_names_everything_that_decides(tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text("print(1)\n")
    (tmp_path / "data").mkdir()
    held = prepared(tmp_path, PYTHON, "run.py", "--in=data", "../outside", str(tmp_path / "run.py"))
    action = held.action
    assert [(each.use, each.relative, each.type) for each in action.paths] == [
        ("cwd", "", "folder"), ("read", "run.py", "file"), ("read", "data", "folder"),
    ]  # fmt: skip
    assert action.paths[1].before is not None
    assert action.sandbox is not None
    assert (action.sandbox.tier, action.sandbox.network, action.sandbox.writable) == (3, False, (str(tmp_path),))
    assert held.preview["script"] == {"path": "run.py", "text": "print(1)\n", "is_whole": True}
    assert (
        action.digest
        == prepared(tmp_path, PYTHON, "run.py", "--in=data", "../outside", str(tmp_path / "run.py")).action.digest
    )
    json.dumps([action.as_json(), dict(held.preview)])


def _script(path: Path) -> None:
    (path / "run.py").write_text("print(2)\n")


def _cwd(path: Path) -> None:
    (path / "in").rename(path / "gone")
    (path / "in").symlink_to(path / "gone")


def _cwd_removed(path: Path) -> None:
    (path / "in").rmdir()


@pytest.mark.parametrize("change", [_script, _cwd, _cwd_removed])
def test_PROC_16_what_changed_after_it_was_approved_is_not_run(tmp_path: Path, change: Callable[[Path], None]) -> None:
    (tmp_path / "run.py").write_text("print(1)\n")
    (tmp_path / "in").mkdir()
    held = prepared(tmp_path, PYTHON, "../run.py", cwd="in")
    change(tmp_path)
    with pytest.raises(MadangError) as caught:
        asyncio.run(_performed(held))
    assert caught.value.code == "system.program_changed"


async def _performed(held: PreparedProgram) -> dict[str, Any]:
    async with held:
        return dict((await held.perform(lambda *_: None)).facts)


@pytest.mark.parametrize(
    ("argv", "cwd", "code"),
    [
        ((), "", "system.bad_arguments"), (("ls", "a\0b"), "", "system.bad_arguments"),
        (("ls", "\ud800"), "", "system.bad_arguments"), (("ls", "x" * 200_000), "", "system.bad_arguments"),
        (("no-such-thing",), "", "system.no_such_program"), (("env", "ls"), "", "system.program_refused"),
        (("ls",), "missing", "system.program_changed"), (("ls",), "../..", "system.bad_path"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_refused_before_anything_runs(
    tmp_path: Path, argv: tuple[str, ...], cwd: str, code: str
) -> None:
    fds = len(list(Path("/proc/self/fd").iterdir()))
    with pytest.raises(MadangError) as caught:
        prepared(tmp_path, *argv, cwd=cwd)
    assert caught.value.code == code
    assert len(list(Path("/proc/self/fd").iterdir())) <= fds


def test_a_folder_opened_to_read_cannot_be_written(ordinary: Ordinary, ordinary_path: Path) -> None:
    found = ordinary.call(in_read_only, str(ordinary_path))
    assert [each["exit_code"] for each in found] == [1, 1, 1]
    assert list(ordinary_path.iterdir()) == []


async def in_read_only(path: str) -> list[dict[str, Any]]:
    found = []
    for tier in (3, 2, 1):
        request = RunProgram("f1", (PYTHON, "-c", "open('made', 'w')"))
        asked = executor(path, tier, access="read").prepare(request, RUN)
        found.append(await _performed(await asked))
    return found
