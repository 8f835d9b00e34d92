"""What a person allows by hand before it is asked about: as far as a question for it could go, and no further."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from madang.errors import MadangError
from madang.permissions.errors import RuleThere, ScopeNotOffered, UnboundGrant
from madang.permissions.grammar import parse
from madang.permissions.offers import scopes_by_hand
from madang.system.requests import ReadFile
from tests.permissions.walls import Walls, run, walls

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Walls]:
    async with walls(tmp_path, f"sqlite:///{tmp_path / 'madang.db'}") as found:
        (found.place / "a.txt").write_bytes(b"old")
        yield found


@pytest.mark.parametrize(
    ("rule", "scopes"),
    [
        ("allow fs.read(ws:**)", {"run", "conversation", "job", "workspace", "always"}),
        ("allow fs.list(ws:src/**)", {"run", "conversation", "job", "workspace", "always"}),
        ("allow fs.write(ws:**)", {"run", "conversation", "job", "workspace"}),
        ("allow fs.read(home:notes/**)", {"run", "conversation", "job"}),
        ("allow exec(/usr/bin/sha512sum a.txt)", {"run", "conversation", "job"}),
        ("allow fetch(https://example.org)", {"run", "conversation", "job"}),
        ("allow exec(/usr/bin/python3.11 a.py)", set()),
        ("allow exec(/bin/sh a.sh)", set()),
        ("deny fs.read(ws:**)", set()),
        ("ask fetch(https://example.org)", set()),
    ],
)
def test_PERM_13_no_rule_is_allowed_further_than_a_question_for_it(rule: str, scopes: set[str]) -> None:
    assert set(scopes_by_hand(parse(rule))) == scopes


async def test_a_grant_counts_for_what_it_was_given_for_alone(house: Walls) -> None:
    give = house.room.changes.give
    await give("allow fs.write(ws:a.txt)", "conversation", "talk", "session")
    await house.do(house.write(), run(conversation="talk"))
    await house.ask(house.write(content=b"no"), run("1", "two", conversation="other"))
    await give("allow fs.write(ws:b.txt)", "workspace", house.folder.id, "session")
    await house.do(house.write("b.txt"), run("2", "two", conversation="other"))
    await give("allow fs.write(ws:c.txt)", "run", "two", "session")
    await house.do(house.write("c.txt"), run("3", "two", conversation="other"))
    await house.ask(house.write("c.txt", b"no"), run("1", "three"))
    assert (house.place / "a.txt").read_bytes() == b"new"
    assert [one for one in await house.audit() if one == "granted"] == ["granted"] * 3
    assert await house.is_sound()


async def test_a_runs_grant_knows_what_the_run_had_met(house: Walls) -> None:
    await house.do(ReadFile(house.folder.id, "a.txt"), run(taint=("untrusted",)))
    given = await house.room.changes.give("allow fs.write(ws:**)", "run", "run", "session")
    assert given.taint == ("private", "untrusted")


@pytest.mark.parametrize(
    ("rule", "scope", "subject", "refused"),
    [
        ("allow fs.write(ws:**)", "always", "", ScopeNotOffered),
        ("allow fs.read(ws:**)", "once", "", ScopeNotOffered),
        ("allow fs.read(ws:**)", "always", "talk", UnboundGrant),
        ("allow fs.read(ws:**)", "run", "", UnboundGrant),
        ("allow fs.read(ws:**)", "run", "never-begun", UnboundGrant),
        ("allow fs.read(ws:**)", "job", "", UnboundGrant),
        ("allow fs.read(ws:**)", "workspace", "nowhere", MadangError),
    ],
)
async def test_a_grant_for_nothing_or_for_too_much_is_refused(
    house: Walls, rule: str, scope: Any, subject: str, refused: type[MadangError]
) -> None:
    with pytest.raises(refused):
        await house.room.changes.give(rule, scope, subject, "session")
    assert house.room.policies.current.grants == ()
    assert await house.audit() == []


async def test_a_grant_is_given_once(house: Walls) -> None:
    given = await house.room.changes.give("allow fs.read(ws:**)", "always", "", "session")
    with pytest.raises(RuleThere) as refused:
        await house.room.changes.give("allow fs.read(ws:**)", "always", "", "session")
    assert refused.value.details["id"] == given.id
    assert house.room.policies.current.grants == (given,)
