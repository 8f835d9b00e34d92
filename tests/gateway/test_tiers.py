"""The slower tier of a provider: asked for where it may be, left out where it is refused, billed as it was given."""

from pathlib import Path

import pytest

from madang.clock import Clock
from madang.gateway.bill import Bill
from madang.gateway.charging import FlexTariff, tariff_at
from madang.gateway.fake_upstream import FakeUpstream, Say, Status
from madang.gateway.prices import OwnTariff, cost_microusd
from madang.gateway.types import Caller, Finished, ModelInfo, Provider, Tier, Usage
from madang.gateway.upstream import Asked, Ended
from tests.gateway.asking import question
from tests.gateway.rooms import open_room

MODEL = "env/gpt-4o-mini"
FULL = OwnTariff(1_000_000, 2_000_000)
OPENAI = Provider("openai", "OpenAI", "https://api.openai.com/v1", "openai", "openai")
OTHER = Provider("other", "Other", "https://models.example.org/v1", "compatible", "settings")
USAGE = Usage(1001, 200, 100)


async def test_the_tier_is_asked_for_and_the_ledger_has_the_one_that_answered(tmp_path: Path):
    usage = {"prompt_tokens": 1000, "completion_tokens": 100}
    async with (
        FakeUpstream(Say("one", tier="flex", usage=usage), Say("two", tier="default", usage=usage)) as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
    ):
        for _ in range(2):
            await here.ask(question(model=MODEL, tier="flex", cache="off"))
        await here.ask(question(model=MODEL, cache="off"))
        rows = await here.rows()
    assert [request.json.get("service_tier") for request in fake.requests] == ["flex", "flex", None]
    assert sorted(row["tier"] for row in rows) == ["default", "default", "flex"]
    # Whether this provider takes less for it nobody knows, so it is settled in full and nothing is claimed.
    assert {row["tier_saved_microusd"] for row in rows} == {None}
    assert len({row["cost_microusd"] for row in rows}) == 1


@pytest.mark.parametrize(
    "refusal",
    [
        Status(400, "Flex is not available for this model."),
        Status(400, "Invalid value: 'flex'.", "invalid_value", param="service_tier"),
        Status(422, "Extra inputs are not permitted: service_tier"),
    ],
)
async def test_a_refused_tier_is_left_out_at_once_and_from_then_on(tmp_path: Path, refusal: Status):
    async with (
        FakeUpstream(refusal, Say("one"), Say("two")) as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
    ):
        first = await here.ask(question(model=MODEL, tier="flex", cache="off"))
        second = await here.ask(question(model=MODEL, tier="flex", cache="off"))
    assert (first.text, second.text) == ("one", "two")
    assert [request.json.get("service_tier") for request in fake.requests] == ["flex", None, None]


async def test_another_refusal_is_not_taken_for_one_of_the_tier(tmp_path: Path):
    async with (
        FakeUpstream(Status(400, "the prompt is not to my taste")) as fake,
        open_room(tmp_path, openai_base_url=fake.base_url) as here,
    ):
        heard = await here.ask(question(model=MODEL, tier="flex", cache="off"))
    assert heard.error is not None
    assert len(fake.requests) == 1


@pytest.mark.parametrize(
    ("tier", "provider", "expected"),
    [
        (None, OPENAI, FULL),
        ("default", OPENAI, FULL),
        ("flex", OPENAI, FlexTariff(FULL)),
        ("flex", OTHER, FULL),
        ("priority", OPENAI, None),
        ("priority", OTHER, None),
    ],
)
def test_the_price_follows_the_tier_as_far_as_it_is_known(
    tier: Tier | None, provider: Provider, expected: OwnTariff | FlexTariff | None
):
    assert tariff_at(FULL, tier, provider) == expected


def bill_of(tier: Tier | None) -> tuple[Bill, Finished]:
    """A call to OpenAI that ended in a tier."""
    model = ModelInfo("openai/m", "m", "openai", "OpenAI", is_local=False, is_free=False)
    bill = Bill(model, Caller("title", "person"), Clock(), provider=OPENAI, cache="miss", key="k")
    bill.tariff = FULL
    bill.saw(Asked(1))
    return bill, bill.ended(Ended("stop", USAGE, tier))


def test_openais_flex_is_settled_at_half_and_the_rest_is_what_it_saved():
    bill, finished = bill_of("flex")
    full = cost_microusd(FULL, USAGE)
    assert full == 1201
    assert finished.receipt.cost_microusd == bill.entry().cost_microusd == 601
    assert not finished.receipt.is_at_most
    assert (bill.entry().tier, bill.entry().thrift.tier_microusd) == ("flex", full - 601)


def test_a_dearer_tier_is_of_unknown_cost_rather_than_of_a_wrong_one():
    bill, finished = bill_of("priority")
    assert finished.receipt.cost_microusd is None
    assert bill.entry().thrift.tier_microusd is None
