"""What was saved is what plain SQL says, and a rule is tried on what was really asked."""

import random
from pathlib import Path
from typing import Any

from sqlalchemy import text

from madang.db.database import Database
from madang.gateway.fake_upstream import FakeUpstream
from madang.gateway.prices import OwnTariff, cost_microusd
from madang.gateway.rules import Question
from madang.gateway.types import ModelInfo, Usage
from madang.preferences.types import RouteRule
from madang.usage.trial import tried
from madang.usage.types import PastQuestion, RuleSavings
from tests.gateway.rooms import open_room
from tests.usage.make import call, store
from tests.usage.test_api import TODAY, browse
from tests.usage.test_sums import BERLIN, OCTOBER, microseconds, reports, some_month

PLAIN_SQL = {
    "kept_calls": "count(*) FILTER (WHERE cache = 'hit' AND status = 'done')",
    "kept_microusd": "sum(saved_microusd) FILTER (WHERE cache = 'hit' AND status = 'done')",
    "similar_calls": "count(*) FILTER (WHERE cache = 'similar' AND status = 'done')",
    "similar_microusd": "sum(saved_microusd) FILTER (WHERE cache = 'similar' AND status = 'done')",
    "shared_calls": "count(*) FILTER (WHERE cache = 'shared' AND status = 'done')",
    "shared_microusd": "sum(saved_microusd) FILTER (WHERE cache = 'shared' AND status = 'done')",
    "prefix_tokens": "sum(prompt_tokens) FILTER (WHERE cache IN ('miss', 'off') AND cached_tokens IS NOT NULL)",
    "cached_tokens": "sum(cached_tokens) FILTER (WHERE cache IN ('miss', 'off') AND prompt_tokens IS NOT NULL)",
    "prefix_microusd": "sum(prefix_saved_microusd)",
    "tier_calls": "count(*) FILTER (WHERE tier = 'flex' AND status = 'done')",
    "tier_microusd": "sum(tier_saved_microusd)",
    "trimmed_calls": "count(trimmed_tokens)",
    "trimmed_tokens": "sum(trimmed_tokens)",
    "cut_calls": "count(*) FILTER (WHERE cache IN ('miss', 'off') AND finish_reason = 'length')",
}
BY_RULE = """
    SELECT route_id, count(*), count(route_saved_microusd), coalesce(sum(route_saved_microusd), 0) FROM calls
    WHERE {} AND cache IN ('miss', 'off') AND status = 'done' AND route_id IS NOT NULL
    GROUP BY route_id ORDER BY route_id
"""
SMALL = ModelInfo("env/small", "small", "env", "Env", is_local=False, is_free=False, context_tokens=10_000)
SHORT = RouteRule("r", "short", SMALL.id, enabled=False, max_characters=50)
USAGE = Usage(1000, 0, 100)


async def test_what_each_way_saved_is_what_plain_sql_says(database: Database, chance: random.Random) -> None:
    await some_month(database, chance)
    found = await reports(database).savings(OCTOBER)
    begin, end = microseconds(2026, 10, 1, zone=BERLIN), microseconds(2026, 11, 1, zone=BERLIN)
    october = f"created_at >= {begin} AND created_at < {end}"
    async with database.read() as tx:
        row = (await tx.execute(text(f"SELECT {', '.join(PLAIN_SQL.values())} FROM calls WHERE {october}"))).one()
        rules = (await tx.execute(text(BY_RULE.format(october)))).all()
    for name, value in zip(PLAIN_SQL, row, strict=True):
        assert getattr(found, name) == int(value or 0), name
    assert found.rules == [RuleSavings(one[0], one[1], one[2], int(one[3])) for one in rules]
    assert len(found.rules) == 2


async def test_nothing_is_saved_where_nothing_was_asked(database: Database) -> None:
    found = await reports(database).savings(OCTOBER)
    assert (found.kept_calls, found.prefix_microusd, found.rules) == (0, 0, [])


def past(characters: int = 10, model: str = "env/big", cost: int | None = 5000, **values: Any) -> PastQuestion:
    return PastQuestion(Question("chat", characters, USAGE.prompt_tokens or 0, **values), model, USAGE, cost)


def test_a_rule_is_tried_on_questions_it_fits_that_another_model_answered() -> None:
    tariff = OwnTariff(1_000_000, 2_000_000)
    asked = [past(), past(cost=7000), past(51), past(model=SMALL.id), past(has_images=True), past(cost=None)]
    trial = tried(SHORT, SMALL, tariff, asked)
    cheap = cost_microusd(tariff, USAGE)
    assert (trial.questions, trial.routed, trial.priced) == (6, 3, 2)
    assert trial.saved_microusd == 5000 + 7000 - 2 * cheap
    assert tried(SHORT, SMALL, None, asked).priced == 0


async def test_a_rule_is_tried_over_the_api(tmp_path: Path) -> None:
    rule = {"id": "r", "name": "short", "model": "env/gpt-4o-mini", "max_characters": 50}
    async with (
        FakeUpstream(models=["gpt-4o-mini"]) as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
        browse(here) as client,
    ):
        answer = await client.post("/api/usage/trial", json=rule)
        assert answer.json() == {
            "model": "env/gpt-4o-mini", "questions": 0, "routed": 0, "priced": 0, "saved_microusd": 0
        }  # fmt: skip
        assert (await client.post("/api/usage/trial", json={**rule, "max_characters": 0})).status_code == 422
        await store(here.database, call(route_id="r", route_saved_microusd=700))
        savings = (await client.get("/api/usage/savings", params=TODAY)).json()
    assert savings["rules"] == [{"rule_id": "r", "calls": 1, "priced_calls": 1, "saved_microusd": 700}]
