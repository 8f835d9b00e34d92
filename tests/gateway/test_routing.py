"""The person's rules at the door: which model is taken, and what the ledger says it saved."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import text

from madang.gateway.fake_upstream import FakeUpstream, Say, Status
from madang.gateway.rules import Question
from madang.gateway.types import Caller
from tests.gateway.asking import question
from tests.gateway.rooms import CALLER, Place, open_room

DEAR, CHEAP = "env/gpt-4o", "env/gpt-4o-mini"
SHORT = Question("chat", characters=10, context_tokens=50)
RULE = {"id": "short", "name": "짧은 질문", "model": CHEAP, "max_characters": 200}
USAGE = {"prompt_tokens": 1000, "completion_tokens": 100, "prompt_tokens_details": {"cached_tokens": 400}}


@asynccontextmanager
async def room(folder: Path, *turns: Any, routes: list[dict[str, Any]] | None = None) -> AsyncIterator[Place]:
    """A room whose default model is the dear one, at OpenAI's prices."""
    async with (
        FakeUpstream(*turns, models=["gpt-4o", "gpt-4o-mini", "gpt-3.5-turbo"]) as fake,
        open_room(folder, openai_base_url=fake.base_url, model=DEAR) as here,
    ):
        await here.preferences.change({"routes": [RULE] if routes is None else routes})
        yield here


async def chosen(here: Place, asked: Question = SHORT, caller: Caller = CALLER) -> tuple[str, str | None]:
    """The model that answers a question, and the rule that chose it."""
    otherwise = await here.room.gateway.default_model()
    choice = await here.room.gateway.choose(asked, otherwise, caller)
    return choice.model.id, choice.route and choice.route.id


async def test_the_first_rule_that_fits_decides(tmp_path: Path):
    other = {"id": "any", "name": "any", "model": "env/gpt-3.5-turbo"}
    async with room(tmp_path, routes=[RULE, other]) as here:
        assert await chosen(here) == (CHEAP, "short")
        assert await chosen(here, replace(SHORT, characters=201)) == ("env/gpt-3.5-turbo", "any")
        await here.preferences.change({"routes": []})
        assert await chosen(here) == (DEAR, None)


async def test_a_rule_whose_model_cannot_answer_is_passed_over(tmp_path: Path):
    gone = {"id": "gone", "name": "gone", "model": "nobody/model"}
    blind = {"id": "blind", "name": "blind", "model": "env/gpt-3.5-turbo"}
    async with room(tmp_path, routes=[gone, blind, RULE]) as here:
        assert await chosen(here, replace(SHORT, has_images=True)) == (CHEAP, "short")
        assert await chosen(here, caller=replace(CALLER, models=frozenset({DEAR}))) == (DEAR, None)


async def test_a_rule_for_the_model_that_would_answer_anyway_claims_nothing(tmp_path: Path):
    async with room(tmp_path, routes=[{**RULE, "model": DEAR}]) as here:
        assert await chosen(here) == (DEAR, None)


async def test_the_receipt_and_the_ledger_say_which_rule_chose_and_what_that_saved(tmp_path: Path):
    async with room(tmp_path, Say("hi", usage=USAGE)) as here:
        gateway = here.room.gateway
        choice = await gateway.choose(SHORT, await gateway.default_model(), CALLER)
        caller = replace(CALLER, route=choice.route)
        receipt = (await here.ask(question(model=choice.model.id), caller=caller)).receipt
        as_dear = (await here.ask(question(model=DEAR))).receipt
        again = (await here.ask(question(model=choice.model.id), caller=caller)).receipt
        row, _, kept = await here.rows()
        async with here.database.read() as tx:
            saved = (await tx.execute(text("SELECT sum(route_saved_microusd) FROM calls"))).scalar_one()
    assert (receipt.route_name, receipt.route_instead_of) == ("짧은 질문", DEAR)
    assert receipt.route_saved_microusd == as_dear.cost_microusd - receipt.cost_microusd > 0
    assert (row["route_id"], row["route_instead_of"]) == ("short", DEAR)
    # The kept answer saved its own cost; the rule is not counted a second time.
    assert (again.cache, kept["route_saved_microusd"]) == ("hit", None)
    assert saved == row["route_saved_microusd"] == receipt.route_saved_microusd


async def test_what_the_providers_cache_took_off_stands_in_the_ledger(tmp_path: Path):
    plain = {**USAGE, "prompt_tokens_details": {"cached_tokens": 0}}
    async with room(tmp_path, Say("hi", usage=USAGE), Say("hi", usage=plain)) as here:
        first = (await here.ask(question(model=DEAR))).receipt
        second = (await here.ask(question(model=DEAR, cache="refresh"))).receipt
        cached, uncached = await here.rows()
    assert cached["prefix_saved_microusd"] == second.cost_microusd - first.cost_microusd > 0
    assert uncached["prefix_saved_microusd"] is None


async def test_a_rules_model_that_fails_gives_way_and_claims_nothing(tmp_path: Path):
    async with room(tmp_path, Status(500), Status(500), Status(500), Say("hi", usage=USAGE)) as here:
        await here.preferences.change({"fallbacks": [DEAR], "allow_paid_fallback": True})
        gateway = here.room.gateway
        choice = await gateway.choose(SHORT, await gateway.default_model(), CALLER)
        heard = await here.ask(question(model=choice.model.id), caller=replace(CALLER, route=choice.route))
    assert heard.receipt.model == DEAR
    assert (heard.receipt.route_name, heard.receipt.route_saved_microusd) == (None, None)
