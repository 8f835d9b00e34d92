"""What was found lately is at hand in memory: within its bytes, until it ends, and never after it was let go of."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from madang.gateway.cache.exact import ExactCache
from madang.gateway.cache.front import Front
from madang.gateway.fake_upstream import FakeUpstream
from tests.gateway.rooms import open_room
from tests.gateway.test_cache import KEY, MEGABYTE, OTHER, kept

ONE = kept()


async def found_lately(folder: Path) -> ExactCache:
    """Return a cache in which an answer was kept and found, so that it is at hand."""
    cache = ExactCache(folder, MEGABYTE)
    cache.keep(ONE, 60, MEGABYTE)
    for _ in range(2):
        assert await cache.find(KEY) == ONE
    assert cache.at_hand(KEY) == ONE
    return cache


def test_the_answer_unused_for_longest_makes_room():
    front = Front(limit_bytes=40_000)
    for number in range(20):
        front.hold(replace(ONE, key=str(number), text="x" * 4000), 10.0, front.version)
        front.find("0", 0.0)
    held = [number for number in range(20) if front.find(str(number), 0.0)]
    assert held[0] == 0
    assert held[1:] == list(range(20))[-len(held) + 1 :]
    assert 4 * 4000 < len(held) * 4000 < 40_000


def test_an_answer_that_would_fill_a_quarter_is_not_held():
    front = Front(limit_bytes=40_000)
    front.hold(replace(ONE, text="x" * 10_000), 10.0, front.version)
    assert front.find(KEY, 0.0) is None


def test_an_answer_is_at_hand_until_it_ends():
    front = Front()
    front.hold(ONE, 10.0, front.version)
    assert (front.find(KEY, 9.9), front.find(KEY, 10.0), front.find(KEY, 9.9)) == (ONE, None, None)


def test_a_copy_that_was_on_its_way_while_something_was_let_go_of_is_not_held():
    front, version = Front(), Front().version
    front.drop(OTHER)
    front.hold(ONE, 10.0, version)
    assert front.find(KEY, 0.0) is None


@pytest.mark.parametrize("change", ["forget", "clear", "keep", "take away"])
async def test_nothing_is_at_hand_that_is_kept_no_longer(tmp_path: Path, change: str):
    cache = await found_lately(tmp_path / "cache")
    newer = replace(ONE, text="newer")
    match change:
        case "forget":
            await cache.forget(KEY)
        case "clear":
            await cache.clear()
        case "keep":
            cache.keep(newer, 60, MEGABYTE)
        case _:
            shutil.rmtree(tmp_path / "cache")
    assert cache.at_hand(KEY) is None
    assert await cache.find(KEY) == (newer if change == "keep" else None)
    await cache.stop()


async def test_an_answer_at_hand_is_in_the_ledger_and_reaches_no_provider(tmp_path: Path):
    async with FakeUpstream("answered") as fake, open_room(tmp_path, openai_base_url=fake.base_url) as here:
        heard = [await here.ask(model="env/m") for _ in range(5)]
        await here.room.ledger.settled()
        assert [one.receipt.cache for one in heard] == ["miss", *["hit"] * 4]
        assert len(fake.requests) == 1
        assert [row["cache"] for row in await here.rows()] == ["miss", *["hit"] * 4]
