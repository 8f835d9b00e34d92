"""Which rule fits which question, and what a call that was sent has saved: decisions without I/O."""

from dataclasses import replace

import pytest

from madang.gateway.entries import NO_THRIFT, Thrift
from madang.gateway.prices import OwnTariff
from madang.gateway.rules import Question, can_answer, fits
from madang.gateway.thrift import thrift_of
from madang.gateway.types import ModelInfo, Usage
from madang.preferences.types import RouteRule

SHORT = Question("chat", characters=20, context_tokens=100)
RULE = RouteRule("r", "short", "env/small")
SMALL = ModelInfo("env/small", "small", "env", "Env", is_local=False, is_free=False)
CHEAP, DEAR = OwnTariff(1_000_000, 2_000_000), OwnTariff(10_000_000, 20_000_000)


@pytest.mark.parametrize(
    ("rule", "question", "is_fit"),
    [
        ({}, {}, True),
        ({"enabled": False}, {}, False),
        ({"feature": "chat"}, {}, True),
        ({"feature": "api"}, {}, False),
        ({"max_characters": 20}, {}, True),
        ({"max_characters": 19}, {}, False),
        ({"max_context_tokens": 100}, {}, True),
        ({"max_context_tokens": 99}, {}, False),
        ({"without_files": True}, {}, True),
        ({"without_files": True}, {"has_files": True}, False),
        ({}, {"has_files": True, "has_code": True}, True),
        ({"without_code": True}, {"has_code": True}, False),
        ({"max_characters": 20, "without_code": True}, {"characters": 21}, False),
    ],
)
def test_a_rule_fits_where_all_its_conditions_are_kept(
    rule: dict[str, object], question: dict[str, object], is_fit: bool
):
    assert fits(replace(RULE, **rule), replace(SHORT, **question)) is is_fit


@pytest.mark.parametrize(
    ("model", "question", "can"),
    [
        ({}, {}, True),
        ({"available": False}, {}, False),
        ({"context_tokens": 100}, {}, False),
        ({"context_tokens": 101}, {}, True),
        ({}, {"has_images": True}, False),
        ({"sees_images": True}, {"has_images": True}, True),
    ],
)
def test_no_model_is_chosen_that_could_not_answer(model: dict[str, object], question: dict[str, object], can: bool):
    assert can_answer(replace(SMALL, **model), replace(SHORT, **question)) is can


def test_what_a_rule_saved_is_the_other_models_price_for_the_same_tokens_less_the_cost():
    usage = Usage(prompt_tokens=1000, cached_tokens=0, completion_tokens=100)
    assert thrift_of(usage, CHEAP, DEAR) == Thrift(route_microusd=12_000 - 1_200)
    assert thrift_of(usage, DEAR, CHEAP) == Thrift(route_microusd=1_200 - 12_000)


@pytest.mark.parametrize(
    ("usage", "tariff", "instead"),
    [(Usage(1000, 0, 100), None, DEAR), (Usage(1000, 0, None), CHEAP, DEAR), (Usage(1000, 0, 100), CHEAP, None)],
)
def test_nothing_is_claimed_where_a_price_or_a_count_is_unknown(
    usage: Usage, tariff: OwnTariff | None, instead: OwnTariff | None
):
    assert thrift_of(usage, tariff, instead) == NO_THRIFT


def test_what_the_providers_cache_took_off_is_the_price_without_it_less_the_cost():
    class Listed(OwnTariff):
        def usd(self, prompt_tokens: int, cached_tokens: int, completion_tokens: int):
            return (
                super().usd(prompt_tokens - cached_tokens, 0, completion_tokens) + super().usd(cached_tokens, 0, 0) / 10
            )

    usage = Usage(prompt_tokens=1000, cached_tokens=800, completion_tokens=0)
    assert thrift_of(usage, Listed(1_000_000, 0), None) == Thrift(prefix_microusd=1000 - 280)
