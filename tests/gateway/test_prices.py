"""The person's own prices: they win at once, at every process, and an unknown price is decided once."""

import asyncio
from pathlib import Path

import pytest

from madang.gateway.fake_upstream import FakeUpstream, Say
from tests.gateway.rooms import Place, open_room
from tests.gateway.test_api import TOKEN, browse
from tests.gateway.test_budget import USAGE, add

PRICES = "/api/settings/prices"
UNKNOWN = "env/my-own-model"


def priced(model: str, per_input: int | None, per_output: int | None, cached: int | None = None) -> dict[str, object]:
    return {
        "model": model,
        "decision": "set",
        "input_microusd_per_mtok": per_input,
        "output_microusd_per_mtok": per_output,
        "cached_microusd_per_mtok": cached,
    }


async def test_an_own_price_wins_over_the_providers_and_the_list_until_it_is_forgotten(
    tmp_path: Path, database_url: str
):
    async with (
        FakeUpstream(Say("ok", usage=USAGE), models=["m"]) as fake,
        open_room(tmp_path, database_url, openai_base_url=fake.base_url) as here,
        browse(here) as client,
    ):
        for model in (await add(here, fake), "env/gpt-4o-mini"):
            usual = (await here.ask(model=model, cache="off")).receipt.cost_microusd
            answer = (await client.put(PRICES, json=priced(model, 5_000_000, 7_000_000))).json()
            assert (answer["id"], answer["source"], answer["decision"]) == (model, "own", "set")
            receipt = (await here.ask(model=model, cache="off")).receipt
            assert receipt.cost_microusd == USAGE["prompt_tokens"] * 5 + USAGE["completion_tokens"] * 7 != usual
            assert receipt.price_date == answer["price"]["date"] is not None
            listed = {one["id"]: one for one in (await client.get(PRICES)).json()["models"]}
            assert listed[model] == answer
            assert (await client.delete(PRICES, params={"model": model})).status_code == 204
            assert (await here.ask(model=model, cache="off")).receipt.cost_microusd == usual
        sources = {one["id"]: one["source"] for one in (await client.get(PRICES)).json()["models"]}
        assert sources[model.replace("gpt-4o-mini", "m")] == "unknown"
        assert [kind for kind, _ in here.said].count("prices.changed") == 4


async def test_cached_tokens_have_a_price_of_their_own_that_is_no_higher(tmp_path: Path):
    usage = {"prompt_tokens": 10, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 4}}
    async with (
        FakeUpstream(Say("ok", usage=usage)) as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
        browse(here) as client,
    ):
        assert (await client.put(PRICES, json=priced(UNKNOWN, 8_000_000, 1_000_000, 2_000_000))).status_code == 200
        assert (await here.ask(model=UNKNOWN)).receipt.cost_microusd == 6 * 8 + 4 * 2 + 1
        bad = await client.put(PRICES, json=priced(UNKNOWN, 1, 1, 2))
        assert (bad.status_code, bad.text) == (422, "gateway.bad_price")


async def test_an_unknown_price_is_decided_once(tmp_path: Path, database_url: str):
    async with (
        FakeUpstream(Say("ok", usage=USAGE)) as fake,
        open_room(tmp_path, database_url, daily_cap_usd=1, openai_base_url=fake.base_url) as here,
        browse(here) as client,
    ):
        refused = await here.ask(model=UNKNOWN)
        assert refused.code == "gateway.price_unknown"
        assert refused.error.details == {"model": UNKNOWN, "is_decided": False}
        assert "Settings" in str(refused.error)
        await client.put(PRICES, json={"model": UNKNOWN, "decision": "free"})
        assert (await here.ask(model=UNKNOWN, cache="off")).receipt.cost_microusd == 0
        await client.put(PRICES, json=priced(UNKNOWN, 1_000_000, 1_000_000))
        cost = (await here.ask(model=UNKNOWN, cache="off")).receipt.cost_microusd
        await here.room.ledger.settled()
        assert (await here.room.caps.taken_today()).spent_microusd == cost > 0
        await here.preferences.change({"unknown_price": "allow"})
        await client.put(PRICES, json={"model": UNKNOWN, "decision": "refuse"})
        again = await here.ask(model=UNKNOWN, cache="off")
        assert (again.code, again.error.details["is_decided"]) == ("gateway.price_unknown", True)
        assert (await here.ask(model="env/another", cache="off")).text == "ok"
        assert len(fake.requests) == 3


async def test_a_decision_is_there_after_a_restart_and_at_other_processes(tmp_path: Path, database_url: str):
    async with open_room(tmp_path / "one", database_url) as here, browse(here) as client:
        await client.put(PRICES, json=priced("openai/gpt-x", 3, 4))
        if not here.database.is_sqlite:
            async with open_room(tmp_path / "two", database_url) as there, browse(there) as other:
                assert there.room.own_prices.find("openai", "gpt-x") is not None
                await other.put(PRICES, json={"model": "openai/gpt-x", "decision": "free"})
                await until_free(here)
    async with open_room(tmp_path / "one", database_url) as here:
        assert here.room.own_prices.find("openai", "gpt-x") is not None


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (priced(UNKNOWN, 1, None), 422, "gateway.bad_price"),
        (priced("nobody/x", 1, 1), 404, "gateway.unknown_provider"),
        (priced("bare", 1, 1), 404, "gateway.unknown_provider"),
        ({"model": "builtin/x", "decision": "free"}, 422, "gateway.bad_price"),
    ],
)
async def test_a_price_that_cannot_stand_changes_nothing(
    tmp_path: Path, body: dict[str, object], status: int, code: str
):
    async with open_room(tmp_path, openai_base_url="http://127.0.0.1:9") as here, browse(here) as client:
        answer = await client.put(PRICES, json=body)
        assert (answer.status_code, answer.text) == (status, code)
        assert here.room.own_prices.all() == []


async def test_a_default_model_whose_provider_is_gone_hides_no_other(tmp_path: Path):
    async with (
        FakeUpstream(models=["m"]) as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
        browse(here) as client,
    ):
        gone = await add(here, fake)
        await here.preferences.change({"default_model": gone})
        await here.room.directory.remove(gone.partition("/")[0])
        listed = (await client.get(PRICES)).json()["models"]
        assert [one["id"] for one in listed if one["provider"] == "env"] == ["env/m"]


async def test_only_a_person_decides_what_a_model_costs(tmp_path: Path):
    async with open_room(tmp_path) as here, browse(here, TOKEN) as client:
        body = {"model": "openai/gpt-4o-mini", "decision": "free"}
        assert (await client.put(PRICES, json=body)).status_code == 403
        assert (await client.delete(PRICES, params={"model": "openai/gpt-4o-mini"})).status_code == 403
        assert (await client.get(PRICES)).status_code == 200


async def until_free(here: Place) -> None:
    async with asyncio.timeout(60):
        while (price := here.room.own_prices.find("openai", "gpt-x")) is None or price.decision != "free":
            await asyncio.sleep(0.02)
