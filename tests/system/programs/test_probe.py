"""What the probe concludes, on every kind of system."""

import pytest

from madang.system.programs.errors import SandboxFailed
from madang.system.programs.probe import Facts, Gap, probe
from madang.system.types import Tier

HELD = {
    "reads_outside": False, "writes_outside": False, "changes_outside": False, "network": False,
    "sees_processes": False, "outlives": False, "writes_inside": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("system", "tier", "gap"),
    [("linux", 3, "kernel_faults"), ("darwin", 2, "daemons"), ("win32", 0, "everything"),
     ("freebsd14", 0, "everything")],
)  # fmt: skip
async def test_each_system_has_the_best_that_works_there(system: str, tier: int, gap: Gap) -> None:
    async def holds(_: Tier) -> Facts:
        return HELD

    found = await probe(holds, system)
    assert found.tier == tier
    assert gap in found.gaps
    assert found.tiers[-1].tier == 0


@pytest.mark.parametrize(
    ("fact", "tiers"),
    [
        ("reads_outside", []), ("writes_outside", []), ("network", []), ("sees_processes", []),
        ("outlives", [1]), ("changes_outside", [2, 1]),
    ],
)  # fmt: skip
async def test_SBX_01_a_box_that_leaks_is_not_called_that_tier(fact: str, tiers: list[int]) -> None:
    async def leaks(_: Tier) -> Facts:
        return HELD | {fact: True}

    found = await probe(leaks, "linux")
    assert [each.tier for each in found.tiers if each.works] == [*tiers, 0]
    assert all(each.why == fact for each in found.tiers if not each.works)


async def test_SBX_01_a_box_that_says_nothing_or_fails_does_not_work() -> None:
    async def fails(tier: Tier) -> Facts:
        if tier == 3:
            raise SandboxFailed("no box", why="bwrap: no permission")
        return {}

    found = await probe(fails, "linux")
    assert found.tier == 0
    assert found.tiers[0].why == "bwrap: no permission"
