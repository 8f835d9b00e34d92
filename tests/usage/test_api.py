"""The addresses under /api/usage: who may ask, pages, the file, and what another model would have cost."""

import csv
import io
import random
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from madang.clock import Clock
from madang.gateway.fake_upstream import FakeUpstream
from madang.gateway.prices import OwnTariff, cost_microusd
from madang.gateway.types import Usage
from madang.principal import Principal
from madang.usage.api import router
from madang.usage.service import UsageReports
from madang.usage.sheet import inert
from tests.gateway.rooms import Place, open_room
from tests.support.rooms import visited
from tests.usage.make import NOON, call, some_call, store

READER = Principal("token", "t", frozenset({"read"}))
TODAY = {"from": "2026-11-22", "to": "2026-11-22", "zone": "Asia/Seoul"}
PRICED = {"price_input_microusd_per_mtok": 2_000_000, "price_output_microusd_per_mtok": 8_000_000}


def browse(here: Place, who: Principal = READER) -> AbstractAsyncContextManager[httpx.AsyncClient]:
    room = here.room
    return visited([router], {UsageReports: UsageReports(here.database, Clock(), room.registry, room.prices)}, who)


async def test_only_who_may_read_is_told(tmp_path: Path) -> None:
    async with open_room(tmp_path) as here, browse(here, Principal("token", "t", frozenset({"chat"}))) as client:
        for path in ("", "/calls", "/calls.csv", "/what-if"):
            answer = await client.get(f"/api/usage{path}", params={**TODAY, "on": "openai/gpt-4o"})
            assert (answer.status_code, answer.text) == (403, "not_allowed")


async def test_the_calls_come_in_pages_each_once_and_the_newest_first(tmp_path: Path) -> None:
    rows = [call(NOON + timedelta(seconds=number), id=f"{number:026}") for number in range(23)]
    async with open_room(tmp_path) as here, browse(here) as client:
        await store(here.database, *rows)
        seen: list[str] = []
        cursor: str | None = None
        while cursor or not seen:
            query = {**TODAY, "limit": 10} | ({"cursor": cursor} if cursor else {})
            page = (await client.get("/api/usage/calls", params=query)).json()
            seen += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
        assert seen == [row["id"] for row in reversed(rows)]


async def test_the_file_has_every_call_and_no_cell_that_calculates(tmp_path: Path, chance: random.Random) -> None:
    rows = [some_call(chance, NOON, NOON + timedelta(hours=1)) for _ in range(2100)]
    trap = call(model='=HYPERLINK("http://x")', token_id="@SUM(A1)", cost_microusd=None)
    async with open_room(tmp_path) as here, browse(here) as client:
        await store(here.database, *rows, trap)
        answer = await client.get("/api/usage/calls.csv", params=TODAY)
    assert answer.headers["content-disposition"] == 'attachment; filename="madang-usage-2026-11-22-2026-11-22.csv"'
    assert answer.text.startswith("\ufeffid,created_at,")
    found = {line["id"]: line for line in csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))}
    assert len(found) == 2101
    for row in rows:
        line = found[row["id"]]
        assert line["cost_microusd"] == ("" if row["cost_microusd"] is None else str(row["cost_microusd"]))
        # The file tells milliseconds.
        late = row["created_at"] - datetime.fromisoformat(line["created_at"])
        assert timedelta(0) <= late < timedelta(milliseconds=1)
        assert line["created_at"].endswith("+09:00")
    line = found[trap["id"]]
    assert (line["model"], line["token_id"], line["cost_microusd"]) == (
        'openai/=HYPERLINK("http://x")', "'@SUM(A1)", "",
    )  # fmt: skip


def test_what_a_spreadsheet_would_calculate_becomes_text() -> None:
    for text in ("=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "\n=1"):
        assert inert(text) == "'" + text
    assert [inert(text) for text in ("", "a=1", "1-1", "가-나")] == ["", "a=1", "1-1", "가-나"]


async def test_what_if_prices_each_call_that_was_counted(tmp_path: Path, chance: random.Random) -> None:
    rows = [some_call(chance, NOON, NOON + timedelta(hours=1)) for _ in range(300)]
    async with open_room(tmp_path) as here, browse(here) as client:
        mine = await here.room.directory.add("Mine", "https://models.example.org/v1", PRICED)
        await store(here.database, *rows)
        answer = await client.get("/api/usage/what-if", params={**TODAY, "on": f"{mine.id}/big"})
    sent = [row for row in rows if row["cache"] in ("miss", "off")]
    tariff = OwnTariff(2_000_000, 8_000_000)
    costs = [(row, _cost(tariff, row)) for row in sent]
    priced = [(row, cost) for row, cost in costs if cost is not None]
    assert 0 < len(priced) < len(sent)
    assert answer.json() == {
        "model": f"{mine.id}/big",
        "price_date": None,
        "priced_calls": len(priced),
        "unpriced_calls": len(sent) - len(priced),
        "cost_microusd": sum(cost for _, cost in priced),
        "paid_microusd": sum(row["cost_microusd"] or 0 for row, _ in priced),
        "unknown_cost_calls": sum(row["cost_microusd"] is None for row, _ in priced),
    }


def _cost(tariff: OwnTariff, row: dict[str, Any]) -> int | None:
    return cost_microusd(tariff, Usage(row["prompt_tokens"], row["cached_tokens"], row["completion_tokens"]))


async def test_a_model_without_a_price_is_not_guessed_at(tmp_path: Path) -> None:
    async with open_room(tmp_path) as here, browse(here) as client:
        mine = await here.room.directory.add("Mine", "https://models.example.org/v1", {})
        answer = await client.get("/api/usage/what-if", params={**TODAY, "on": f"{mine.id}/nobody-knows-it"})
        assert (answer.status_code, answer.text) == (422, "usage.no_price")


async def test_days_and_zones_that_are_none_are_refused(tmp_path: Path) -> None:
    async with open_room(tmp_path) as here, browse(here) as client:
        for wrong in ({"zone": "../etc/passwd"}, {"zone": "Asia"}, {"zone": "Nowhere/City"}, {"to": "2026-11-21"}):
            for path in ("", "/calls", "/calls.csv"):
                answer = await client.get(f"/api/usage{path}", params={**TODAY, **wrong})
                assert (answer.status_code, answer.text) == (422, "usage.bad_period"), wrong


async def test_a_call_that_was_made_is_in_the_report(tmp_path: Path) -> None:
    async with (
        FakeUpstream("hello") as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
        browse(here) as client,
    ):
        receipt = (await here.ask(model="env/gpt-4o-mini")).receipt
        assert receipt is not None
        await here.room.ledger.settled()
        now = datetime.now(UTC).date()
        days = {"from": str(now - timedelta(days=1)), "to": str(now + timedelta(days=1))}
        totals = (await client.get("/api/usage", params={**days, "by": "model"})).json()["totals"]
        assert (totals["calls"], totals["prompt_tokens"]) == (1, receipt.prompt_tokens)
