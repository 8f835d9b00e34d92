"""Which file a program's name means."""

import os
import shutil
from pathlib import Path

import pytest

from madang.errors import MadangError
from madang.system.programs.errors import ProgramChanged, ProgramNotFound, ProgramRefused
from madang.system.programs.find import WRAPPERS, find


def test_PROC_04_a_bare_name_means_the_systems_program_whatever_PATH_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ls").write_text("#!/bin/sh\n")
    (tmp_path / "ls").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    held = find("ls", [str(tmp_path)])
    held.close()
    assert shutil.which("ls") == str(tmp_path / "ls")
    assert Path(held.program.path).samefile("/usr/bin/ls")
    assert len(held.program.sha256) == 64


@pytest.mark.parametrize(
    "name",
    ["./ls", "../usr/bin/ls", "/usr/bin/../bin/ls", "//usr/bin/ls", "/proc/self/root/usr/bin/ls", "usr/bin/ls", "/", "",
     "/lib64/ld-linux-x86-64.so.2", "/proc/self/exe", "~/ls", "ls\n", "/usr/bin/", *sorted(WRAPPERS)],
)  # fmt: skip
def test_PROC_04_a_name_that_hides_another_program_is_refused(name: str) -> None:
    with pytest.raises((ProgramRefused, ProgramNotFound)):
        find(name, [])


@pytest.mark.parametrize("to", ["/usr/bin/env", "inside"])
def test_PROC_04_a_link_is_known_by_what_it_leads_to(tmp_path: Path, to: str) -> None:
    bin_, inside = tmp_path / "bin", tmp_path / "opened"
    bin_.mkdir()
    inside.mkdir()
    shutil.copy("/usr/bin/ls", inside / "tool")
    (bin_ / "tool").symlink_to(inside / "tool" if to == "inside" else to)
    with pytest.raises(ProgramRefused):
        find("tool", [str(inside)], [str(bin_)])


def test_PROC_04_a_program_that_others_may_change_is_refused(tmp_path: Path) -> None:
    shutil.copy("/usr/bin/ls", tmp_path / "tool")
    find("tool", [], [str(tmp_path)]).close()
    (tmp_path / "tool").chmod(0o777)
    with pytest.raises(ProgramRefused):
        find("tool", [], [str(tmp_path)])
    (tmp_path / "tool").chmod(0o4755)
    with pytest.raises(ProgramRefused):
        find("tool", [], [str(tmp_path)])


def _replace(path: Path) -> None:
    path.with_name("new").write_bytes(path.read_bytes() + b"\0")
    path.with_name("new").chmod(0o755)
    path.with_name("new").rename(path)


def _rewrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"\x7fELF?")


@pytest.mark.parametrize("change", [_replace, _rewrite, os.unlink])
def test_PROC_04_a_program_that_was_replaced_is_refused(tmp_path: Path, change: object) -> None:
    shutil.copy("/usr/bin/ls", tmp_path / "tool")
    held = find("tool", [], [str(tmp_path)])
    held.check()
    assert callable(change)
    change(tmp_path / "tool")
    with pytest.raises(ProgramChanged):
        held.check()
    held.close()


def test_what_is_not_there_is_said_to_be_missing() -> None:
    for name in ("no-such-program", "/usr/bin/no-such-program"):
        with pytest.raises(MadangError) as caught:
            find(name, [])
        assert caught.value.code == "system.no_such_program"
