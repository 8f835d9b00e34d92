"""The official SDK and ours, side by side on the same faults: which of its errors is which of our codes."""

from pathlib import Path

import openai
import pytest

from madang.gateway.fake_upstream import FakeUpstream, Fault, Say, Status, Turn
from madang.gateway.upstream import Upstream
from tests.gateway.asking import ask, client_with, target_of

NOTHING = None
"""The SDK reports no error at all."""

TABLE: dict[str, tuple[Turn, type[Exception] | None, str | None]] = {
    "a whole answer": (Say("hello"), NOTHING, None),
    "400": (Status(400), openai.BadRequestError, "upstream.bad_request"),
    "400 too long": (Status(400, code="context_length_exceeded"), openai.BadRequestError, "upstream.context_too_long"),
    "400 key": (Status(400, "API key not valid."), openai.BadRequestError, "upstream.wrong_key"),
    "401": (Status(401), openai.AuthenticationError, "upstream.wrong_key"),
    "402": (Status(402), openai.APIStatusError, "upstream.no_credit"),
    "403": (Status(403), openai.PermissionDeniedError, "upstream.not_permitted"),
    "404 model": (Status(404, "The model `x` does not exist"), openai.NotFoundError, "upstream.model_not_found"),
    "404 page": (Status(404, "Not Found"), openai.NotFoundError, "upstream.not_an_answer"),
    "409": (Status(409), openai.ConflictError, "upstream.failed"),
    "413": (Status(413), openai.APIStatusError, "upstream.context_too_long"),
    "422": (Status(422), openai.UnprocessableEntityError, "upstream.bad_request"),
    "429": (Status.rate_limited("0"), openai.RateLimitError, "upstream.rate_limited"),
    "429 quota": (Status(429, code="insufficient_quota"), openai.RateLimitError, "upstream.no_credit"),
    "500": (Status(500), openai.InternalServerError, "upstream.failed"),
    "503": (Status(503), openai.InternalServerError, "upstream.overloaded"),
    "529": (Status(529), openai.InternalServerError, "upstream.overloaded"),
    "reset at once": (Fault.reset_before_headers, openai.APIConnectionError, "upstream.unreachable"),
    "silence": (Fault.stall_before_headers, openai.APITimeoutError, "upstream.timeout"),
    "an error inside": (Fault.error_mid_stream, openai.APIError, "upstream.incomplete"),
    # Here the SDK is silent, or lets another library's error through.
    "no finish": (Fault.clean_end, NOTHING, "upstream.incomplete"),
    "no reason": (Fault.done_without_finish, NOTHING, "upstream.incomplete"),
    "cut in JSON": (Fault.mid_json, NOTHING, "upstream.incomplete"),
    "a web page": (Fault.html, NOTHING, "upstream.not_an_answer"),
    "nothing": (Fault.empty_stream, NOTHING, "upstream.not_an_answer"),
    "one JSON": (Fault.json_instead, NOTHING, "upstream.not_an_answer"),
}


async def _sdk(fake: FakeUpstream, patience: float = 30) -> Exception | None:
    async with openai.AsyncOpenAI(api_key="sk-x", base_url=fake.base_url, max_retries=0, timeout=patience) as sdk:
        messages = [{"role": "user", "content": "hi"}]
        try:
            async with await sdk.chat.completions.create(model="m", messages=messages, stream=True) as stream:
                async for _ in stream:
                    pass
        except openai.OpenAIError as error:
            return error
    return None


@pytest.mark.parametrize("case", TABLE)
async def test_the_sdks_errors_map_to_our_codes(case: str):
    turn, kind, code = TABLE[case]
    patience = 0.3 if case == "silence" else 30
    client = client_with(local_first_byte=patience, connect=patience, retries=0)
    async with FakeUpstream(turn) as fake:
        sdk_error = await _sdk(fake, patience)
        seen = await ask(client, target_of(fake))
    await client.stop()
    assert (type(sdk_error) if sdk_error else None) == kind
    assert seen.code == code


async def test_a_refused_connection_is_a_connection_error_to_both(upstream: Upstream):
    async with FakeUpstream() as fake:
        pass
    assert type(await _sdk(fake)) is openai.APIConnectionError
    assert (await ask(upstream, target_of(fake))).code == "upstream.unreachable"


async def test_UP_10_the_sdk_re_sends_the_prompt_where_we_do_not(upstream: Upstream):
    async with FakeUpstream("theirs") as other:
        redirect = Fault.redirect(f"{other.base_url}/chat/completions")
        async with FakeUpstream(redirect) as fake:
            assert await _sdk(fake) is None
            assert len(other.requests) == 1
            before = other.bytes_received
            assert (await ask(upstream, target_of(fake))).code == "upstream.redirected"
            assert other.bytes_received == before


def test_the_sdk_is_for_tests_only():
    package = Path(__file__).parents[2] / "madang" / "gateway"
    assert not [path for path in package.rglob("*.py") if "import openai" in path.read_text()]
