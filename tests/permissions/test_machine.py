"""The rules of the machine: they count if only their owner can have written them, and a broken file denies."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from madang.permissions.machine import MachineRules, read_machine_rules
from madang.permissions.sources import Line, read_lines
from madang.permissions.types import RuleSource
from madang.system.types import Actor
from tests.permissions.making import fetch_action, file_action, judged
from tests.permissions.walls import walls

RULES = 'rules = ["deny fetch(*)", "ask fs.read(ws:**)"]'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "etc"
    folder.mkdir(mode=0o755)
    path = folder / "policy.toml"
    path.write_text(RULES)
    path.chmod(0o644)
    return path


def test_a_file_of_its_owners_counts(file: Path) -> None:
    assert read_machine_rules(file, os.getuid()) == MachineRules(("deny fetch(*)", "ask fs.read(ws:**)"))
    assert read_machine_rules(file.with_name("none")) == MachineRules()


@pytest.mark.parametrize("harm", ["another", "group", "others", "folder"])
def test_a_file_that_somebody_else_could_have_written_counts_for_nothing(file: Path, harm: str) -> None:
    owner = os.getuid() + 1 if harm == "another" else os.getuid()
    if harm in {"group", "others"}:
        file.chmod(0o664 if harm == "group" else 0o646)
    if harm == "folder":
        file.parent.chmod(0o777)
    assert read_machine_rules(file, owner) == MachineRules(ignored="not_roots")


@pytest.mark.parametrize("content", [b"rules = [", b"\xff\xfe", b"rules = 3", b'rules = ["no rule"]'])
def test_a_file_that_cannot_be_read_denies_everything_and_is_shown(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    denies_everything(file)


def test_a_link_in_its_place_denies_everything(file: Path) -> None:
    file.rename(file.with_name("elsewhere"))
    file.symlink_to("elsewhere")
    denies_everything(file)


def denies_everything(file: Path) -> None:
    source = RuleSource("machine", str(file))
    read = read_lines(Line(text, source) for text in read_machine_rules(file, os.getuid()).lines)
    assert [(one.code, one.source) for one in read.warnings] == [("unread", source)]
    for action in (fetch_action("https://example.org/"), file_action("fs.read", "a.txt")):
        assert judged(action, read.rules).effect == "deny"
        # Those of the machine hold a person too.
        assert judged(replace(action, actor=Actor("person", "p")), read.rules).effect == "deny"


async def test_what_is_not_roots_is_left_out_and_shown(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('rules = ["deny fs.write(ws:**)"]')
    policy.chmod(0o666)
    async with walls(tmp_path, f"sqlite:///{tmp_path / 'madang.db'}") as house:
        found = house.room.policies.current
        assert [(one.code, one.source.kind) for one in found.warnings] == [("not_roots", "machine")]
        assert found.rules == ()
        await house.ask(house.write())
