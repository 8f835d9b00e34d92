"""A stream means the same wherever the network cuts it, and whatever is in it is an answer or an error by name."""

import json

import pytest

from madang.gateway.errors import UpstreamError
from madang.gateway.fake_upstream import Fault, Received, Say
from madang.gateway.fake_upstream.turns import chunk, event
from madang.gateway.types import ReasoningDelta, TextDelta
from madang.gateway.upstream import Limits, Upstream
from madang.gateway.upstream.answer import Answer
from madang.gateway.upstream.sse import BrokenStream, EventParser
from tests.gateway.asking import ask_scripted, client_with

ASKED = Received("POST", "/v1/chat/completions", {}, json.dumps({"stream": True, "stream_options": {}}).encode())
WORDS = "마당 🌿 e\u0301"
FORMS = {
    "line feeds": Say(WORDS, reasoning="음"),
    "both": Say(WORDS, line_end="\r\n", with_mark=True, with_comments=True),
    "carriage returns": Say(WORDS, line_end="\r", with_mark=True, with_comments=True),
    "hostile": Fault.hostile,
    **{
        name: getattr(Fault, name)
        for name in ("clean_end", "mid_utf8", "mid_json", "not_utf8", "malformed_json", "error_mid_stream", "html")
    },
}


def read(*pieces: bytes) -> tuple[str, str, str]:
    """The words and the end that these pieces of a stream have together."""
    parser, answer, text, reasoning = EventParser(), Answer(Limits()), "", ""
    try:
        for piece in pieces:
            for each in parser.feed(piece):
                for words in answer.take(each):
                    match words:
                        case TextDelta():
                            text += words.text
                        case ReasoningDelta():
                            reasoning += words.text
        return text, reasoning, answer.end().finish_reason
    except UpstreamError as error:
        return text, reasoning, error.code
    except BrokenStream as error:
        return text, reasoning, answer.broken(str(error)).code


@pytest.mark.parametrize("form", FORMS)
def test_UP_08_it_does_not_matter_where_the_network_cuts(form: str):
    stream = b"".join(piece for piece in FORMS[form].reply(ASKED).pieces if isinstance(piece, bytes))
    whole = read(stream)
    assert read(*(stream[at : at + 1] for at in range(len(stream)))) == whole
    for at in range(1, len(stream)):
        assert read(stream[:at], stream[at:]) == whole, stream[at - 10 : at + 10]


ODD = [{}, [], "0", "", 0.5, -1, 10**30, True, None, {"x": []}]
FIELDS = ("index", "finish_reason", "delta", "content", "reasoning_content", "choices", "error", "usage")


def odd_event(field: str, value: object) -> bytes:
    """A chunk whose `field` is `value`, after one with words."""
    odd = chunk({"content": "b"})
    place = {"choices": odd, "error": odd, "usage": odd, "content": odd["choices"][0]["delta"]}.get(field)
    if field == "reasoning_content":
        place = odd["choices"][0]["delta"]
    (odd["choices"][0] if place is None else place)[field] = value
    return event(odd)


@pytest.mark.parametrize("field", FIELDS)
def test_UP_08_no_value_of_any_field_is_more_than_an_error_by_name(field: str):
    begun, end = event(chunk({"content": "a"})), event(chunk({}, "stop"))
    for value in ODD:
        text, _, ended = read(begun, odd_event(field, value), end)
        assert text in {"a", "ab", "a0"}, value
        assert ended in {"stop", "upstream.incomplete"}, value
        first, _, ended = read(odd_event(field, value))
        assert first in {"", "b", "0"}, value
        assert ended in {"upstream.incomplete", "upstream.not_an_answer", "upstream.failed"}, value


@pytest.mark.parametrize(("field", "value"), [("index", []), ("finish_reason", {"a": 1})])
async def test_UP_08_a_value_that_cannot_be_looked_up_ends_the_answer_as_incomplete_or_not_at_all(
    upstream: Upstream, field: str, value: object
):
    pieces = (event(chunk({"content": "a"})), odd_event(field, value), event(chunk({}, "stop")))
    seen, fake = await ask_scripted(upstream, Fault(pieces))
    assert (seen.code, len(fake.requests)) in {(None, 1), ("upstream.incomplete", 1)}
    assert seen.text.startswith("a")


async def test_UP_05_a_chunk_of_a_broken_size_keeps_the_words():
    client = client_with(gap=0.3)
    seen, fake = await ask_scripted(client, Fault.bad_chunk)
    await client.stop()
    # aiohttp may give no more bytes and no error, and then it is the silence that ends it.
    assert seen.code in {"upstream.incomplete", "upstream.stalled"}
    assert (seen.text, len(fake.requests)) == (Fault.SAID, 1)


async def test_UP_11_events_and_fields_that_nobody_asked_for_do_nothing(upstream: Upstream):
    seen, fake = await ask_scripted(upstream, Fault.hostile)
    assert (seen.code, seen.ended.finish_reason, len(fake.requests)) == (None, "tool_calls", 1)
    assert "<script>" in seen.text
    assert "rm -rf" not in seen.text + seen.reasoning
    assert (seen.ended.usage.prompt_tokens, seen.ended.usage.completion_tokens) == (None, None)
    assert "cookie" not in fake.requests[0].headers


async def test_UP_11_what_a_provider_says_turns_no_direction_and_hides_nothing(upstream: Upstream):
    words = "no\u202e\x1b[31m\x00\u200b way\n\n\nreally"
    error = event({"error": {"message": words}})
    seen, _ = await ask_scripted(upstream, Fault((event(chunk({"content": "a"})), error)))
    assert seen.error.details["provider_message"] == "no[31m way really"
