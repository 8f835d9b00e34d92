"""Asking again: when, how often, and without what the provider does not know."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from madang.gateway.fake_upstream import FakeUpstream, Say, Status
from madang.gateway.upstream import Asked, Limits, Retry, Upstream
from madang.gateway.upstream.retry import delay, retry_after
from tests.gateway.asking import ask, ask_scripted, client_with, question, target_of

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("1", 1),
        ("0", 0),
        ("1.5", 1.5),
        ("86400", 86400),
        (format_datetime(NOW + timedelta(seconds=30), usegmt=True), 30),
        (format_datetime(NOW - timedelta(days=1), usegmt=True), 0),
        ("-1", None),
        ("inf", None),
        ("nan", None),
        ("soon", None),
        ("", None),
    ],
)
def test_UP_01_retry_after_is_read_in_all_its_forms(header: str, seconds: float | None):
    assert retry_after({"retry-after": header}, NOW) == seconds


def test_UP_01_a_wait_is_kept_up_to_two_minutes_and_no_longer():
    limits = Limits()
    assert delay(1, 120, limits) == 120
    assert delay(1, 121, limits) is None
    assert delay(3, 0, limits) is None


def test_UP_02_waits_double_and_are_spread():
    limits = Limits(retries=10)
    firsts = {delay(1, None, limits) for _ in range(20)}
    assert len(firsts) > 1
    assert all(0.375 <= each <= 0.5 for each in firsts)
    assert 6 <= delay(9, None, limits) <= 8


@pytest.mark.parametrize("header", ["0", "-1", "inf", "garbage", format_datetime(NOW, usegmt=True)])
async def test_UP_01_a_rate_limit_is_waited_for_and_said(upstream: Upstream, header: str):
    seen, fake = await ask_scripted(upstream, Status.rate_limited(header), "finally")
    assert (seen.text, len(fake.requests)) == ("finally", 2)
    assert [(wait.reason, wait.detail["attempt"]) for wait in seen.waits] == [("rate_limited", 2)]
    assert datetime.fromisoformat(seen.waits[0].detail["retry_at"]).tzinfo is not None


async def test_UP_01_too_long_a_wait_ends_with_its_reason(upstream: Upstream):
    seen, fake = await ask_scripted(upstream, Status.rate_limited("86400"))
    assert (seen.code, len(fake.requests)) == ("upstream.rate_limited", 1)
    assert seen.error.details["retry_after_seconds"] == 86400


async def test_UP_01_a_wait_can_be_cancelled():
    client = client_with(total=600)
    async with FakeUpstream(Status.rate_limited("100"), "never") as fake:
        async with aclosing(client.stream(target_of(fake), question())) as pieces:
            assert [type(await anext(pieces)) for _ in range(2)] == [Asked, Retry]
            going_on = asyncio.ensure_future(anext(pieces))
            await asyncio.sleep(0.05)
            going_on.cancel()
            with pytest.raises(asyncio.CancelledError):
                await going_on
        assert len(fake.requests) == 1
    await client.stop()


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422])
async def test_UP_13_a_refusal_is_not_asked_again_and_never_shows_the_key(upstream: Upstream, status: int):
    key = "sk-CANARY-0123456789"
    async with FakeUpstream(Status(status, "no, not with", echo_key=True)) as fake:
        seen = await ask(upstream, target_of(fake, key))
    assert (len(fake.requests), seen.error.is_temporary) == (1, False)
    assert fake.requests[0].headers["authorization"] == f"Bearer {key}"
    assert "no, not with" in seen.error.details["provider_message"]
    assert key not in str(seen.error.details) + seen.error.message


async def test_what_a_provider_says_is_kept_short(upstream: Upstream):
    seen, _ = await ask_scripted(upstream, Status(400, "long " * 10_000))
    assert len(seen.error.details["provider_message"]) == 500


async def test_a_model_that_renamed_the_limit_and_fixed_the_temperature_is_asked_its_way(upstream: Upstream):
    renamed = Status(
        400,
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        "unsupported_parameter",
        param="max_tokens",
    )
    fixed = Status(400, "Unsupported value: 'temperature' does not support 0.5 with this model.", "unsupported_value")
    request = question(max_tokens=9, temperature=0.5)
    async with FakeUpstream(renamed, fixed, "one", "two") as fake:
        target = target_of(fake)
        first, second = await ask(upstream, target, request), await ask(upstream, target, request)
    assert (first.text, second.text, len(fake.requests)) == ("one", "two", 4)
    for sent in fake.requests[2:]:
        assert sent.json["max_completion_tokens"] == 9
        assert not {"max_tokens", "temperature"} & sent.json.keys()


async def test_the_limit_of_an_answer_is_never_left_out(upstream: Upstream):
    refusals = [Status(400, f"Unsupported parameter: '{name}'") for name in ("max_tokens", "max_completion_tokens")]
    seen, fake = await ask_scripted(upstream, *refusals, "never", request=question(max_tokens=9))
    assert (seen.code, len(fake.requests)) == ("upstream.bad_request", 2)


async def test_a_provider_that_knows_no_stream_options_is_asked_without(upstream: Upstream):
    def picky(request: object) -> object:
        is_there = "stream_options" in request.json
        return Status(400, "Extra inputs are not permitted: stream_options") if is_there else Say("plain")

    seen, fake = await ask_scripted(upstream, picky)
    assert (seen.text, seen.code, len(fake.requests)) == ("plain", None, 2)


async def test_a_value_out_of_bounds_is_said_and_not_dropped(upstream: Upstream):
    wrong = Status(
        400, "Invalid 'temperature': decimal above maximum value.", "decimal_above_max_value", param="temperature"
    )
    seen, fake = await ask_scripted(upstream, wrong, request=question(temperature=2))
    assert (seen.code, len(fake.requests)) == ("upstream.bad_request", 1)


async def test_SEC_08_a_proxy_from_the_environment_is_not_asked(upstream: Upstream, monkeypatch: pytest.MonkeyPatch):
    async with FakeUpstream("proxied") as proxy, FakeUpstream("direct") as fake:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.base_url.removesuffix("/v1"))
        monkeypatch.delenv("NO_PROXY", raising=False)
        monkeypatch.delenv("no_proxy", raising=False)
        seen = await ask(upstream, target_of(fake))
    assert (seen.text, proxy.bytes_received) == ("direct", 0)
