"""Failures through `/v1` are the SDK's own: the right class, status, code and words, each tried again only by one."""

import openai
import pytest

from madang.gateway.fake_upstream import Fault, Status, Turn
from tests.v1.answers import piece, streamed, whole
from tests.v1.conftest import KEY, QUESTION, Place, data_of, words_of

CONTEXT = "This model's maximum context length is 10 tokens"
REFUSALS: dict[str, tuple[Turn, type[Exception], int, str]] = {
    "400": (Status(400, "bad", "invalid_value", param="top_p"), openai.BadRequestError, 400, "invalid_value"),
    "too long": (Status(400, CONTEXT), openai.BadRequestError, 400, "context_length_exceeded"),
    "401": (Status(401), openai.InternalServerError, 502, "upstream.wrong_key"),
    "402": (Status(402), openai.InternalServerError, 502, "upstream.no_credit"),
    "403": (Status(403), openai.InternalServerError, 502, "upstream.not_permitted"),
    "404": (Status(404, "no such model"), openai.NotFoundError, 404, "model_not_found"),
    "422": (Status(422, "no"), openai.UnprocessableEntityError, 422, "upstream.bad_request"),
    "429": (Status.rate_limited("500"), openai.RateLimitError, 429, "rate_limit_exceeded"),
    "not an answer": (Fault.html, openai.InternalServerError, 502, "upstream.not_an_answer"),
    "not JSON": (Fault((b"{",), headers=(("Content-Type", "application/json"),)), openai.InternalServerError, 502,
                 "upstream.not_an_answer"),
    "no choices": (whole(), openai.InternalServerError, 502, "upstream.not_an_answer"),
    "redirect": (Fault.redirect("http://127.0.0.1:9/v1"), openai.InternalServerError, 502, "upstream.redirected"),
}  # fmt: skip


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("case", REFUSALS)
async def test_UP_13_a_refusal_is_the_sdks_own_error(place: Place, case: str, stream: bool):
    turn, kind, status, code = REFUSALS[case]
    if stream and case == "no choices":
        turn = Fault.empty_stream
    place.says(turn)
    with pytest.raises(openai.APIStatusError) as raised:
        await place.sdk.chat.completions.create(model="env/fake-model", messages=QUESTION, stream=stream)
    error = raised.value
    assert (type(error), error.status_code, error.code) == (kind, status, code)
    assert len(place.upstream.requests) == 1
    assert error.response.headers["x-should-retry"] == ("true" if case == "429" else "false")
    assert (await place.call(error.request_id))["error_code"] == error.response.headers["x-madang-error"]


async def test_the_providers_words_and_names_of_a_bad_request_are_kept(place: Place):
    place.says(Status(400, "top_p is wrong, says the provider", "invalid_value", param="top_p"))
    with pytest.raises(openai.BadRequestError, match="says the provider") as raised:
        await place.sdk.chat.completions.create(model="env/fake-model", messages=QUESTION, top_p=0.1)
    assert (raised.value.type, raised.value.param) == ("fake_error", "top_p")


async def test_a_key_that_the_provider_repeats_is_masked(place: Place):
    place.says(Status(400, "no", echo_key=True))
    answer = await place.post({"model": "env/fake-model", "messages": QUESTION})
    assert KEY not in answer.text
    assert "•••" in answer.text


async def test_what_may_pass_is_tried_again_and_then_answered(place: Place):
    place.says(Status.rate_limited("0"), Status(503), "there it is")
    told = await place.sdk.chat.completions.create(model="env/fake-model", messages=QUESTION)
    assert told.choices[0].message.content == "there it is"
    assert len(place.upstream.requests) == 3


BAD: dict[str, tuple[dict[str, object], str | None]] = {
    "messages": ({"messages": "hi"}, "messages"),
    "none": ({"messages": None}, "messages"),
    "model": ({"model": 7}, "model"),
    "n": ({"n": 0}, "n"),
    "n as text": ({"n": "3"}, "n"),
    "n as yes": ({"n": True}, "n"),
    "limit": ({"max_tokens": 1.5}, "max_tokens"),
    "other limit": ({"max_completion_tokens": -1}, "max_completion_tokens"),
    "stream": ({"stream": "yes"}, "stream"),
    "options": ({"stream_options": []}, "stream_options"),
}


@pytest.mark.parametrize("case", BAD)
async def test_what_a_cap_could_not_trust_is_refused_and_never_sent(place: Place, case: str):
    changes, param = BAD[case]
    answer = await place.post({"model": "env/fake-model", "messages": QUESTION} | changes)
    assert answer.status_code == 400
    assert answer.json()["error"]["param"] == param
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert place.asked == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'"x"', b'{"messages": ["\\ud800"]}', b"[" * 3000])
async def test_a_body_that_is_no_object_is_a_bad_request(place: Place, body: bytes):
    headers = {"content-type": "application/json"}
    answer = await place.http.post("/v1/chat/completions", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


async def test_a_body_deeper_than_can_be_written_is_a_bad_request(place: Place):
    deep = b'{"messages": [], "x": ' + b"[" * 400 + b"]" * 400 + b"}"
    answer = await place.http.post("/v1/chat/completions", content=deep, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert place.asked == []


async def test_guards_refusals_have_openais_shape(place: Place):
    with pytest.raises(openai.AuthenticationError) as raised:
        await place.sdk.with_options(api_key="mdt_wrong").models.list()
    assert raised.value.code == "invalid_api_key"
    assert raised.value.request_id
    assert (await place.http.get("/v1/nothing")).json()["error"]["code"] == "not_found"
    assert (await place.http.delete("/v1/models")).status_code == 404
    large = await place.http.post("/v1/chat/completions", content=b"x", headers={"content-type": "text/plain"})
    assert (large.status_code, large.json()["error"]["type"]) == (415, "invalid_request_error")


async def test_an_unknown_model_is_not_found(place: Place):
    with pytest.raises(openai.NotFoundError) as raised:
        await place.sdk.chat.completions.create(model="builtin/nobody", messages=QUESTION)
    assert raised.value.code == "model_not_found"
    with pytest.raises(openai.NotFoundError):
        await place.sdk.models.retrieve("nobody")


BREAKS = ["reset_mid_stream", "mid_json", "clean_end", "done_without_finish", "malformed_json", "truncated_chunk"]


@pytest.mark.parametrize("fault", BREAKS)
async def test_UP_12_a_stream_that_breaks_ends_with_an_error_and_never_as_done(place: Place, fault: str):
    place.says(getattr(Fault, fault))
    asked = {"model": "env/fake-model", "messages": QUESTION, "stream": True}
    answer = await place.post(asked)
    assert words_of(answer.text) == "The answer begins" == Fault.SAID
    assert "[DONE]" not in answer.text
    assert '"error"' in data_of(answer.text)[-1]
    row = await place.call(answer.headers["x-madang-call-id"])
    assert (row["status"], row["error_code"]) == ("incomplete", "upstream.incomplete")
    with pytest.raises(openai.APIError):
        async for _ in await place.sdk.chat.completions.create(**asked):
            pass


async def test_UP_12_what_the_provider_says_of_its_end_is_told_truthfully(place: Place):
    for reason in ("length", "content_filter"):
        place.says(whole({"message": {"role": "assistant", "content": "x"}, "finish_reason": reason}))
        told = await place.sdk.chat.completions.with_raw_response.create(model="env/fake-model", messages=QUESTION)
        assert told.parse().choices[0].finish_reason == reason
        assert (await place.call(told.headers["x-madang-call-id"]))["finish_reason"] == reason


@pytest.mark.parametrize(
    "usage", [None, {"prompt_tokens": -5, "completion_tokens": 1e300}, "lots", {"prompt_tokens": "x"}]
)
async def test_UP_12_wrong_usage_costs_nobody_knows_what(place: Place, usage: object):
    place.says(streamed(piece(0, {"content": "x"}, "stop"), usage=usage))
    answer = await place.post({"model": place.dear, "messages": QUESTION, "stream": True})
    row = await place.call(answer.headers["x-madang-call-id"])
    assert (row["status"], row["cost_microusd"], row["prompt_tokens"]) == ("done", None, None)


async def test_UP_12_arguments_that_are_no_json_are_handed_on(place: Place):
    call = {"id": "c", "type": "function", "function": {"name": "x", "arguments": "{not json"}}
    place.says(whole({"message": {"role": "assistant", "tool_calls": [call]}, "finish_reason": "tool_calls"}))
    told = await place.sdk.chat.completions.create(model="env/fake-model", messages=QUESTION)
    assert told.choices[0].message.tool_calls[0].function.arguments == "{not json"


async def test_UP_11_events_of_other_names_go_no_further(place: Place):
    place.says(Fault.hostile)
    answer = await place.post({"model": "env/fake-model", "messages": QUESTION, "stream": True})
    assert "execute" not in answer.text
    assert "set-cookie" not in answer.headers
    assert "refresh" not in answer.headers
