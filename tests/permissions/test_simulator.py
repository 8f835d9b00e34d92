"""What a draft of a rule would have changed about the past."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from madang.permissions.errors import BadRule, Denied
from madang.permissions.simulator import Simulation
from tests.permissions.walls import Walls, run, walls

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Walls]:
    async with walls(tmp_path, f"sqlite:///{tmp_path / 'madang.db'}") as found:
        yield found


def told(found: Simulation) -> list[tuple[str, str, str]]:
    return [(one.action["paths"][0]["relative"], one.happened, one.would) for one in found.changed]


async def test_what_was_allowed_and_would_be_denied_is_told(house: Walls) -> None:
    rule = await house.room.changes.add_rule("allow fs.write(ws:**)", "session")
    await house.do(house.write("a.txt"), run("1"))
    await house.do(house.write("b.txt"), run("2"))
    found = await house.room.simulator.simulate("deny fs.write(ws:a.txt)")
    assert (found.looked_at, told(found)) == (2, [("a.txt", "allowed", "deny")])
    assert told(await house.room.simulator.simulate("deny fs.write(ws:c.txt)")) == []
    # A draft is judged with the rules in force: what they deny already, it does not decide.
    await house.room.changes.remove_rule(rule.id, "session")
    assert told(await house.room.simulator.simulate("ask fs.write(ws:b.txt)")) == [("b.txt", "allowed", "ask")]


async def test_what_was_denied_refused_or_waits_and_would_be_allowed_is_told(house: Walls) -> None:
    denial = await house.room.changes.add_rule("deny fs.write(ws:denied.txt)", "session")
    with pytest.raises(Denied):
        await house.do(house.write("denied.txt"), run("1"))
    house.clock.advance(seconds=1)
    await house.answer(await house.ask(house.write("refused.txt"), run("2")), yes=False)
    house.clock.advance(seconds=1)
    await house.ask(house.write("waiting.txt"), run("3"))
    simulate, draft = house.room.simulator.simulate, "allow fs.write(ws:**)"
    assert told(await simulate(draft)) == [("waiting.txt", "waiting", "allow"), ("refused.txt", "refused", "allow")]
    await house.room.changes.remove_rule(denial.id, "session")
    assert told(await simulate(draft))[-1] == ("denied.txt", "denied", "allow")


async def test_a_draft_does_nothing(house: Walls) -> None:
    await house.ask(house.write())
    before, said = await house.audit(), list(house.said)
    await house.room.simulator.simulate("allow fs.write(ws:**)")
    with pytest.raises(BadRule):
        await house.room.simulator.simulate("allow fs.write(*)")
    assert (await house.audit(), house.said, house.room.policies.current.own) == (before, said, ())
    await house.ask(house.write("b.txt"), run("2"))
