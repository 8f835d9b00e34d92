"""Numbers follow commits without gaps, and every follower gets every event once and in order."""

import asyncio
import random
from collections.abc import Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from madang.clock import FixedClock
from madang.db.database import Database
from madang.db.errors import LeaseLost
from madang.db.lease import Lease
from madang.db.schema import events
from madang.live.fanout import INBOX_LIMIT
from madang.live.journal import Journal
from madang.live.types import RESYNC, Event

STREAM = "conversation:1"
LIMIT_SECONDS = 20


async def collect(journal: Journal, after: int | None, count: int, stream: str = STREAM) -> list[Event]:
    """Follow until `count` events are there."""
    found: list[Event] = []
    async with asyncio.timeout(LIMIT_SECONDS), aclosing(journal.follow(stream, after)) as following:
        async for event in following:
            found.append(event)
            if len(found) == count:
                break
    return found


def numbers(found: Sequence[Event]) -> list[int]:
    return [event.number for event in found]


async def append_many(journal: Journal, count: int, stream: str = STREAM) -> list[Event]:
    return await asyncio.gather(*(journal.append(stream, "turn.delta", {"text": f"{n}"}) for n in range(count)))


async def test_an_event_comes_back_as_it_was_given(journal: Journal, clock: FixedClock) -> None:
    data = {"text": "마당 🏡\x00\u2028", "offset": 3, "at": datetime(2026, 1, 2, tzinfo=UTC)}
    given = await journal.append(STREAM, "turn.delta", data)
    assert given == Event(STREAM, 1, "turn.delta", data | {"at": "2026-01-02T00:00:00Z"}, clock.now())
    assert await collect(journal, 0, 1) == [given]


async def test_what_is_no_json_fails_alone(journal: Journal) -> None:
    good = asyncio.create_task(journal.append(STREAM, "good", {}))
    with pytest.raises(TypeError):
        await journal.append(STREAM, "bad", {"value": object()})
    assert (await good).number == 1


async def test_concurrent_appends_are_numbered_without_gaps_and_told_once(journal: Journal) -> None:
    followers = [asyncio.create_task(collect(journal, 0, 300)) for _ in range(3)]
    given = [event for lot in await asyncio.gather(*(append_many(journal, 100) for _ in range(3))) for event in lot]
    assert sorted(numbers(given)) == list(range(1, 301))
    for follower in followers:
        assert await follower == sorted(given, key=lambda event: event.number)


async def test_one_callers_events_keep_their_order(journal: Journal) -> None:
    given = await append_many(journal, 200)
    assert [event.data["text"] for event in sorted(given, key=lambda event: event.number)] == [
        f"{number}" for number in range(200)
    ]


async def test_many_appends_share_few_commits(journal: Journal, database: Database) -> None:
    commits = 0
    write = database.write

    def counted(durable: bool = True) -> object:
        nonlocal commits
        commits += 1
        assert not durable
        return write(durable)

    database.write = counted  # type: ignore[method-assign,assignment]
    await append_many(journal, 200)
    assert commits <= 5


async def test_streams_count_apart(journal: Journal) -> None:
    lots = await asyncio.gather(*(append_many(journal, 20, f"conversation:{name}") for name in range(5)))
    assert [sorted(numbers(lot)) for lot in lots] == [list(range(1, 21))] * 5


async def test_append_in_is_told_after_the_commit_and_never_if_rolled_back(
    journal: Journal, database: Database
) -> None:
    follower = asyncio.create_task(collect(journal, 0, 1))
    with pytest.raises(ZeroDivisionError):
        async with database.write() as transaction:
            await journal.append_in(transaction, STREAM, "turn.accepted", {"id": "lost"})
            _ = 1 // 0
    async with database.write() as transaction:
        kept = await journal.append_in(transaction, STREAM, "turn.accepted", {"id": "kept"})
        await asyncio.sleep(0.02)
        assert not follower.done()
    assert await follower == [kept]
    assert kept.number == 1


async def test_a_number_read_with_a_snapshot_continues_without_loss(journal: Journal, database: Database) -> None:
    writer = asyncio.create_task(append_many(journal, 150))
    await asyncio.sleep(0.01)
    async with database.read() as transaction:
        number = await journal.last_number(STREAM, transaction)
        known = (await transaction.execute(select(func.count()).select_from(events))).scalar_one()
    assert number == known
    if number < 150:
        assert numbers(await collect(journal, number, 150 - number)) == list(range(number + 1, 151))
    await writer


async def test_follow_from_now_on_gives_only_what_comes(journal: Journal) -> None:
    await append_many(journal, 5)
    follower = asyncio.create_task(collect(journal, None, 1))
    await asyncio.sleep(0.1)
    await journal.append(STREAM, "turn.finished", {})
    assert numbers(await follower) == [6]


async def test_CRASH_11_reconnecting_at_each_number_gives_each_event_once(
    journal: Journal, chance: random.Random
) -> None:
    writer = asyncio.create_task(append_many(journal, 400))
    found: list[Event] = []
    while len(found) < 400:
        found += await collect(journal, len(found), min(chance.randint(1, 90), 400 - len(found)))
    assert numbers(found) == list(range(1, 401))
    await writer


async def test_LOAD_03_a_slow_reader_is_sent_to_resync_and_the_others_are_not(journal: Journal) -> None:
    total = INBOX_LIMIT * 2
    quick = asyncio.create_task(collect(journal, 0, total))
    async with asyncio.timeout(LIMIT_SECONDS), aclosing(journal.follow(STREAM, 0)) as slow:
        first = asyncio.create_task(anext(slow))
        await journal.append(STREAM, "turn.delta", {})
        assert (await first).number == 1
        await append_many(journal, total - 1)
        rest = [event async for event in slow]
    assert rest[-1].kind == RESYNC
    assert len(rest) <= INBOX_LIMIT
    assert numbers(await quick) == list(range(1, total + 1))


@pytest.mark.parametrize("after", [6, 1000])
async def test_a_number_that_was_never_given_out_is_resynced(journal: Journal, after: int) -> None:
    await append_many(journal, 5)
    assert [event.kind for event in await collect(journal, after, 1)] == [RESYNC]


async def test_hanging_up_ends_every_follower(journal: Journal) -> None:
    following = [asyncio.create_task(collect(journal, None, 9, f"conversation:{name}")) for name in range(3)]
    await asyncio.sleep(0.1)
    journal.hang_up()
    assert await asyncio.gather(*following) == [[], [], []]
    assert await collect(journal, 0, 1) == []


async def test_a_cancelled_append_does_not_disturb_the_others(journal: Journal) -> None:
    tasks = [asyncio.create_task(journal.append(STREAM, "turn.delta", {"n": n})) for n in range(50)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    given = [event for event in await asyncio.gather(*tasks, return_exceptions=True) if isinstance(event, Event)]
    assert len(given) == 25
    last = await journal.append(STREAM, "turn.finished", {})
    assert numbers(await collect(journal, 0, last.number)) == list(range(1, last.number + 1))


@pytest.mark.parametrize("at_once", [1, 1000])
async def test_pruning_takes_the_pieces_of_finished_turns_and_keeps_the_rest(
    journal: Journal, clock: FixedClock, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("madang.live.journal.PRUNED", at_once)
    for kind in ("turn.accepted", "turn.delta", "turn.delta", "turn.finished", "turn.accepted", "turn.delta"):
        await journal.append(STREAM, kind, {})
    assert await journal.prune() == 0
    clock.advance(hours=2)
    assert await journal.prune() == 2
    assert [event.kind for event in await collect(journal, 0, 1)] == [RESYNC]
    assert [event.number for event in await collect(journal, 3, 3)] == [4, 5, 6]
    clock.advance(days=31)
    assert await journal.prune() == 4
    assert (await journal.append(STREAM, "turn.delta", {})).number == 7
    assert numbers(await collect(journal, 6, 1)) == [7]


async def test_pruning_takes_what_told_of_changes_and_keeps_what_streams(journal: Journal, clock: FixedClock) -> None:
    for kind in ("turn.accepted", "turn.delta", "turn.changed", "turn.delta"):
        await journal.append(STREAM, kind, {})
    for number in range(3):
        await journal.append("app", "draft.changed", {"content": "가" * number})
    clock.advance(minutes=30)
    await journal.append("app", "draft.changed", {"content": "다 썼다"})
    clock.advance(minutes=45)
    assert await journal.prune() == 4
    assert numbers(await collect(journal, 3, 1, "app")) == [4]
    async with journal._database.read() as transaction:
        kept = await journal.stored(transaction, STREAM, 0)
    assert [event.kind for event in kept] == ["turn.accepted", "turn.delta", "turn.delta"]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_what_a_process_taken_for_dead_writes_is_refused_and_no_other_word_with_it(
    database: Database, journal: Journal, tmp_path: Path
) -> None:
    lease = Lease(database, tmp_path)
    await lease.start()
    notes = [("a", lease.id), ("b", "dead"), ("c", None), ("a", "dead"), ("a", lease.id)]
    appended = (journal.append(stream, "turn.delta", {}, process) for stream, process in notes)
    outcomes = await asyncio.gather(*appended, return_exceptions=True)
    assert [isinstance(outcome, LeaseLost) for outcome in outcomes] == [False, True, False, True, False]
    assert [await journal.last_number(stream) for stream in "abc"] == [2, 0, 1]
    await lease.stop()
