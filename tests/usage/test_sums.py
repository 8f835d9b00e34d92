"""What the reports say is what plain SQL and plain Python say, on both databases."""

import math
import random
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from madang.clock import FixedClock
from madang.db.database import Database
from madang.gateway.prices import Prices
from madang.usage.errors import BadPeriod
from madang.usage.service import Asked, UsageReports
from madang.usage.types import By, Sums
from tests.usage.make import NOON, call, some_call, store

SEOUL, BERLIN = ZoneInfo("Asia/Seoul"), ZoneInfo("Europe/Berlin")
OCTOBER = Asked(date(2026, 10, 1), date(2026, 10, 31), BERLIN)
_SENT = "cache IN ('miss', 'off')"
# Each figure of the report as a person would ask the database for it.
PLAIN_SQL = {
    "calls": "count(*)",
    "failed_calls": "count(*) FILTER (WHERE status IN ('error', 'incomplete', 'lost'))",
    "cancelled_calls": "count(*) FILTER (WHERE status = 'cancelled')",
    "rescued_calls": "count(*) FILTER (WHERE status = 'done' AND attempts > 1)",
    "hits": "count(*) FILTER (WHERE cache IN ('hit', 'similar', 'shared'))",
    "similar_hits": "count(*) FILTER (WHERE cache = 'similar')",
    "wrong_hits": "count(*) FILTER (WHERE EXISTS (SELECT 1 FROM similar_hits WHERE call_id = id AND wrong_at > 0))",
    "asked_cache_calls": "count(*) FILTER (WHERE cache <> 'off')",
    "uncounted_calls": f"count(*) FILTER (WHERE {_SENT} AND (prompt_tokens IS NULL OR completion_tokens IS NULL))",
    "unknown_cost_calls": "count(*) FILTER (WHERE cost_microusd IS NULL)",
    "prompt_tokens": f"sum(prompt_tokens) FILTER (WHERE {_SENT})",
    "prefix_tokens": f"sum(prompt_tokens) FILTER (WHERE {_SENT} AND cached_tokens IS NOT NULL)",
    "cached_tokens": f"sum(cached_tokens) FILTER (WHERE {_SENT} AND prompt_tokens IS NOT NULL)",
    "completion_tokens": f"sum(completion_tokens) FILTER (WHERE {_SENT})",
    "reasoning_tokens": f"sum(reasoning_tokens) FILTER (WHERE {_SENT})",
    "cost_microusd": "sum(cost_microusd)",
    "saved_microusd": "sum(saved_microusd)",
}


def reports(database: Database, at: datetime = NOON) -> UsageReports:
    """The service without models: nothing here asks for a price."""
    return UsageReports(database, FixedClock(at), None, Prices(FixedClock(at)))  # type: ignore[arg-type]


async def plain(database: Database, where: str) -> Sums:
    statement = text(f"SELECT {', '.join(PLAIN_SQL.values())} FROM calls WHERE {where}")
    async with database.read() as tx:
        return Sums(*(int(value or 0) for value in (await tx.execute(statement)).one()))


def microseconds(*at: int, zone: ZoneInfo) -> int:
    return int(datetime(*at, tzinfo=zone).timestamp()) * 10**6


async def some_month(database: Database, chance: random.Random) -> list[dict[str, Any]]:
    """Calls from September to November, some at the very edges of October."""
    since, until = datetime(2026, 9, 20, tzinfo=UTC), datetime(2026, 11, 10, tzinfo=UTC)
    edges = [datetime(2026, 9, 30, 21, 59, 59, 999999, UTC), datetime(2026, 9, 30, 22, tzinfo=UTC)]
    edges += [datetime(2026, 10, 31, 22, 59, 59, 999999, UTC), datetime(2026, 10, 31, 23, tzinfo=UTC)]
    rows = [some_call(chance, since, until) for _ in range(400)] + [call(at) for at in edges]
    await store(database, *rows)
    return rows


async def test_the_sums_are_those_of_plain_sql(database: Database, chance: random.Random) -> None:
    await some_month(database, chance)
    report = await reports(database).report(OCTOBER, "day")
    begin, end = microseconds(2026, 10, 1, zone=BERLIN), microseconds(2026, 11, 1, zone=BERLIN)
    assert report.totals == await plain(database, f"created_at >= {begin} AND created_at < {end}")
    assert report.totals.calls > 100


async def test_every_day_of_the_readers_zone_is_there_with_its_own_sums(
    database: Database, chance: random.Random
) -> None:
    await some_month(database, chance)
    report = await reports(database).report(OCTOBER, "day")
    assert [group.key for group in report.groups] == [f"2026-10-{day:02}" for day in range(1, 32)]
    for group in report.groups:
        day = int((group.key or "")[-2:])
        begin = microseconds(2026, 10, day, zone=BERLIN)
        end = microseconds(2026, *((10, day + 1) if day < 31 else (11, 1)), zone=BERLIN)
        assert group.sums == await plain(database, f"created_at >= {begin} AND created_at < {end}"), group.key


GROUPS: dict[By, Callable[[dict[str, Any]], str | None]] = {
    "model": lambda row: f"{row['provider']}/{row['model']}",
    "feature": lambda row: row["feature"],
    "token": lambda row: row["token_id"],
}


@pytest.mark.parametrize("by", GROUPS)
async def test_the_groups_add_up_to_the_whole(database: Database, chance: random.Random, by: By) -> None:
    rows = await some_month(database, chance)
    report = await reports(database).report(OCTOBER, by)
    assert sum((group.sums for group in report.groups), Sums()) == report.totals
    since, until = OCTOBER.filter().since, OCTOBER.filter().until
    inside = [row for row in rows if since <= row["created_at"] < until]
    for group in report.groups:
        mine = [row for row in inside if GROUPS[by](row) == group.key]
        assert group.sums.calls == len(mine)
        assert group.sums.cost_microusd == sum(row["cost_microusd"] or 0 for row in mine)
    costs = [group.sums.cost_microusd for group in report.groups]
    assert costs == sorted(costs, reverse=True)


async def test_a_day_on_which_the_clocks_go_back_has_twenty_five_hours(database: Database) -> None:
    twice = [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)]
    await store(database, *(call(at) for at in twice))
    report = await reports(database).report(Asked(date(2026, 10, 25), date(2026, 10, 25), BERLIN), "hour")
    assert len(report.groups) == 25
    busy = [group.key for group in report.groups if group.sums.calls]
    assert busy == ["2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00"]


async def test_a_zone_off_the_full_hour_has_its_own_days(database: Database) -> None:
    kathmandu = ZoneInfo("Asia/Kathmandu")
    await store(
        database, call(datetime(2026, 11, 21, 18, 14, 59, tzinfo=UTC)), call(datetime(2026, 11, 21, 18, 15, tzinfo=UTC))
    )
    report = await reports(database).report(Asked(date(2026, 11, 21), date(2026, 11, 22), kathmandu), "day")
    assert [(group.key, group.sums.calls) for group in report.groups] == [("2026-11-21", 1), ("2026-11-22", 1)]


async def test_percentiles_are_values_that_were_measured(database: Database, chance: random.Random) -> None:
    rows = await some_month(database, chance)
    report = await reports(database).report(OCTOBER, "day")
    since, until = OCTOBER.filter().since, OCTOBER.filter().until
    good = [
        r for r in rows if since <= r["created_at"] < until and r["cache"] in ("miss", "off") and r["status"] == "done"
    ]
    for spread, name in ((report.ttft, "ttft_ms"), (report.latency, "latency_ms")):
        values = sorted(row[name] for row in good if row[name] is not None)
        ranks = [values[math.ceil(len(values) * share / 100) - 1] for share in (50, 95, 99)]
        assert [spread.count, spread.p50_ms, spread.p95_ms, spread.p99_ms] == [len(values), *ranks]


async def test_a_filter_narrows_every_figure(database: Database, chance: random.Random) -> None:
    await some_month(database, chance)
    narrow = Asked(OCTOBER.first, OCTOBER.last, BERLIN, model="mine/a/b", feature="chat", token_id="t1", status="done")
    report = await reports(database).report(narrow, "model")
    begin, end = microseconds(2026, 10, 1, zone=BERLIN), microseconds(2026, 11, 1, zone=BERLIN)
    where = "provider = 'mine' AND model = 'a/b' AND feature = 'chat' AND token_id = 't1' AND status = 'done'"
    assert report.totals == await plain(database, f"created_at >= {begin} AND created_at < {end} AND {where}")
    assert (report.errors, [group.key for group in report.groups]) == ([], ["mine/a/b"])


async def test_errors_are_counted_by_code(database: Database) -> None:
    codes = ["gateway.timed_out", "gateway.overloaded", "gateway.timed_out"]
    await store(database, call(), *(call(status="error", error_code=code) for code in codes))
    report = await reports(database).report(Asked(NOON.date(), NOON.date(), SEOUL), "day")
    assert [(error.code, error.calls) for error in report.errors] == [
        ("gateway.timed_out", 2),
        ("gateway.overloaded", 1),
    ]


async def test_the_pace_is_that_of_the_readers_month(database: Database) -> None:
    before = datetime(2026, 10, 31, 14, 59, tzinfo=UTC)
    await store(database, call(before, cost_microusd=7), call(cost_microusd=100), call(cost_microusd=None))
    pace = (
        await reports(database, datetime(2026, 11, 15, 15, tzinfo=UTC)).report(
            Asked(NOON.date(), NOON.date(), SEOUL), "day"
        )
    ).pace
    assert (pace.month, pace.spent_microusd, pace.expected_microusd) == ("2026-11", 100, 200)
    first_day = await reports(database, datetime(2026, 11, 1, tzinfo=UTC)).report(OCTOBER, "day")
    assert first_day.pace.expected_microusd is None


async def test_an_empty_ledger_has_nothing_to_say(database: Database) -> None:
    report = await reports(database).report(Asked(NOON.date(), NOON.date(), SEOUL), "model")
    assert (report.totals, report.groups, report.errors) == (Sums(), [], [])
    assert (report.ttft.count, report.ttft.p50_ms) == (0, None)


@pytest.mark.parametrize(
    ("first", "last", "by"),
    [
        ((2026, 2, 2), (2026, 2, 1), "day"),
        ((2010, 1, 1), (2026, 1, 1), "day"),
        ((2026, 1, 1), (2026, 4, 1), "hour"),
        ((1, 1, 1), (1, 1, 2), "day"),
        ((9999, 12, 31), (9999, 12, 31), "day"),
    ],
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_period_that_is_none_or_too_long_is_refused(
    database: Database, first: tuple[int, int, int], last: tuple[int, int, int], by: By
) -> None:
    with pytest.raises(BadPeriod):
        await reports(database).report(Asked(date(*first), date(*last), SEOUL), by)
