"""Every way a provider breaks ends in bounded time, in a truthful state, with the words so far."""

import asyncio
from contextlib import aclosing

import pytest

from madang.gateway.fake_upstream import FakeUpstream, Fault, Reply, Say, Status
from madang.gateway.fake_upstream.faults import WRONG_CHUNKS
from madang.gateway.fake_upstream.turns import chunk, event
from madang.gateway.types import TextDelta, Usage
from madang.gateway.upstream import Asked, Upstream
from tests.gateway.asking import SHORT, ask, ask_scripted, client_with, question, target_of


async def test_an_answer_comes_word_by_word_and_says_what_it_took(upstream: Upstream):
    seen, fake = await ask_scripted(upstream, Say("안녕 하세요 반가워요", reasoning="let me think", cached_tokens=4))
    assert seen.text == "안녕 하세요 반가워요"
    assert seen.reasoning == "let me think"
    assert seen.ended.finish_reason == "stop"
    assert seen.ended.usage == Usage(8, 4, 6, 3)
    assert fake.requests[0].json["stream"] is True


@pytest.mark.parametrize(
    "fault", ["reset_mid_stream", "mid_utf8", "mid_json", "truncated_chunk", "malformed_json", "not_utf8"]
)
async def test_UP_05_a_stream_that_breaks_off_is_incomplete_and_keeps_its_text(upstream: Upstream, fault: str):
    seen, fake = await ask_scripted(upstream, getattr(Fault, fault))
    assert (seen.code, seen.text, seen.ended) == ("upstream.incomplete", Fault.SAID, None)
    assert len(fake.requests) == 1


@pytest.mark.parametrize("fault", ["clean_end", "done_without_finish", "error_mid_stream"])
async def test_UP_06_an_end_without_a_reason_is_incomplete(upstream: Upstream, fault: str):
    seen, fake = await ask_scripted(upstream, getattr(Fault, fault))
    assert (seen.code, seen.text) == ("upstream.incomplete", Fault.SAID)
    assert len(fake.requests) == 1


async def test_UP_06_a_reason_without_done_is_whole(upstream: Upstream):
    pieces = [event(chunk({"content": "whole"})), event(chunk({}, "stop"))]
    seen, _ = await ask_scripted(upstream, Fault(tuple(pieces), ending="reset"))
    assert (seen.text, seen.code, seen.ended.finish_reason) == ("whole", None, "stop")


@pytest.mark.parametrize(
    "fault", ["html", "empty", "empty_stream", "json_instead", "malformed_json_at_once", "compressed"]
)
async def test_UP_07_what_is_no_model_answer_is_said_to_be_none(upstream: Upstream, fault: str):
    seen, fake = await ask_scripted(upstream, getattr(Fault, fault))
    assert (seen.code, seen.text) == ("upstream.not_an_answer", "")
    assert len(fake.requests) == 1


@pytest.mark.parametrize(
    "dress", [{"line_end": "\r\n"}, {"line_end": "\r"}, {"with_mark": True}, {"with_comments": True}]
)
@pytest.mark.parametrize("is_bytewise", [False, True])
async def test_UP_08_every_allowed_form_of_the_stream_reads_the_same(
    upstream: Upstream, dress: dict, is_bytewise: bool
):
    seen, _ = await ask_scripted(upstream, Say("마당에 오신 걸 환영해요 🌿", is_bytewise=is_bytewise, **dress))
    assert (seen.text, seen.code) == ("마당에 오신 걸 환영해요 🌿", None)


@pytest.mark.parametrize("wrong", WRONG_CHUNKS, ids=str)
async def test_UP_08_a_chunk_of_wrong_types_is_an_error_by_name(upstream: Upstream, wrong: object):
    alone, _ = await ask_scripted(upstream, Fault((event(wrong),)))
    assert (alone.code, alone.text) == ("upstream.not_an_answer", "")
    later, fake = await ask_scripted(upstream, Fault((event(chunk({"content": Fault.SAID})), event(wrong))))
    assert (later.code, later.text) == ("upstream.incomplete", Fault.SAID)
    assert len(fake.requests) == 1


async def test_UP_08_a_thought_beside_a_wrong_type_has_begun_the_answer(upstream: Upstream):
    half = chunk({"reasoning_content": Fault.SAID, "content": 7})
    seen, fake = await ask_scripted(upstream, Fault((event(half),)))
    assert (seen.code, len(fake.requests)) == ("upstream.incomplete", 1)


async def test_UP_08_null_choices_unknown_events_and_odd_indexes_change_nothing(upstream: Upstream):
    seen, _ = await ask_scripted(upstream, Fault.null_choices)
    assert (seen.text, seen.code) == (Fault.SAID, None)
    other = {"choices": [{"index": 1, "delta": {"content": "not asked for"}}]}
    bare = {"choices": [{"delta": {"content": "b"}, "finish_reason": None}]}
    pieces = (b"event: execute\ndata: rm -rf\n\n", event(other), event(bare), event(bare), event(chunk({}, "stop")))
    seen, _ = await ask_scripted(upstream, Fault(pieces))
    assert (seen.text, seen.code) == ("bb", None)


async def test_UP_08_counts_that_make_no_sense_are_unknown(upstream: Upstream):
    usage = {"prompt_tokens": "many", "completion_tokens": -3, "prompt_tokens_details": 7}
    seen, _ = await ask_scripted(upstream, Say("ok", usage=usage))
    assert (seen.code, seen.ended.usage) == (None, Usage())


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("huge_line", "upstream.incomplete"),
        ("endless_text", "upstream.too_large"),
        ("endless_letters", "upstream.too_large"),
        ("endless_tool_calls", "upstream.too_large"),
        ("endless_comments", "upstream.too_large"),
        ("many_choices", "upstream.incomplete"),
    ],
)
async def test_UP_09_what_never_ends_is_cut(upstream: Upstream, fault: str, code: str):
    kept = 0
    async with FakeUpstream(getattr(Fault, fault)) as fake:
        with pytest.raises(Exception) as raised:
            async with aclosing(upstream.stream(target_of(fake), question())) as pieces:
                async for piece in pieces:
                    kept += len(piece.text) if isinstance(piece, TextDelta) else 0
    assert raised.value.code == code
    assert kept <= SHORT.answer_bytes
    assert len(fake.requests) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_UP_10_a_redirect_to_another_origin_is_not_followed(upstream: Upstream, status: int):
    async with FakeUpstream("never") as other:
        redirect = Fault.redirect(f"{other.base_url}/chat/completions", status)
        async with FakeUpstream(redirect) as fake:
            seen = await ask(upstream, target_of(fake, "sk-CANARY-redirect-0001"))
        assert (seen.code, seen.text) == ("upstream.redirected", "")
        assert other.bytes_received == 0
        assert len(fake.requests) == 1


@pytest.mark.parametrize("fault", ["stall_before_headers", "stall_after_headers"])
async def test_UP_04_silence_before_the_first_word_is_a_timeout(fault: str):
    client = client_with(connect=0.2, local_first_byte=0.2)
    seen, fake = await ask_scripted(client, getattr(Fault, fault))
    await client.stop()
    assert (seen.code, len(fake.requests)) == ("upstream.timeout", 1)


async def test_UP_04_silence_in_mid_answer_is_a_stall_that_keeps_its_text():
    client = client_with(gap=0.2)
    seen, fake = await ask_scripted(client, Fault.stall_mid_stream)
    await client.stop()
    assert (seen.code, seen.text, len(fake.requests)) == ("upstream.stalled", Fault.SAID, 1)


async def test_UP_04_a_drip_that_never_falls_silent_ends_with_the_whole_answers_time():
    client = client_with(gap=5, total=3)
    seen, _ = await ask_scripted(client, Fault.slow_drip(0.05))
    await client.stop()
    assert (seen.code, seen.text) == ("upstream.stalled", Fault.SAID)


@pytest.mark.parametrize("status", [408, 409, 500, 502, 503, 529])
async def test_UP_02_a_passing_failure_is_asked_again_and_then_answered(upstream: Upstream, status: int):
    seen, fake = await ask_scripted(upstream, Status(status), Status(status), "finally")
    assert (seen.text, seen.code, len(fake.requests), len(seen.waits)) == ("finally", None, 3, 2)


async def test_UP_02_it_is_asked_three_times_at_most(upstream: Upstream):
    seen, fake = await ask_scripted(upstream, Status(503))
    assert (seen.code, len(fake.requests)) == ("upstream.overloaded", 3)


async def test_UP_02_the_provider_may_say_not_to_ask_again(upstream: Upstream):
    seen, fake = await ask_scripted(upstream, Status(500, headers=(("x-should-retry", "false"),)))
    assert (seen.code, len(fake.requests)) == ("upstream.failed", 1)


async def test_UP_02_the_provider_may_ask_to_be_asked_again(upstream: Upstream):
    seen, fake = await ask_scripted(upstream, Status(400, headers=(("x-should-retry", "true"),)), "finally")
    assert (seen.text, len(fake.requests)) == ("finally", 2)


async def test_UP_02_nothing_is_asked_again_after_the_first_word(upstream: Upstream):
    # A 503 would be tried again, and so would a reset before the words.
    late = Fault((event(chunk({"reasoning_content": "hm"})), event({"error": {"message": "overloaded", "code": 503}})))
    seen, fake = await ask_scripted(upstream, late, "never")
    assert (seen.code, seen.reasoning, len(fake.requests), seen.waits) == ("upstream.incomplete", "hm", 1, [])


async def test_UP_14_closing_the_stream_closes_the_connection(upstream: Upstream):
    async with FakeUpstream(Fault.stall_mid_stream) as fake:
        async with aclosing(upstream.stream(target_of(fake), question())) as pieces:
            assert [await anext(pieces), await anext(pieces)] == [Asked(1), TextDelta(Fault.SAID)]
        async with asyncio.timeout(1):
            while fake.requests[0].outcome == "open":
                await asyncio.sleep(0.01)
        assert fake.requests[0].outcome == "client_gone"


async def test_a_reply_can_be_any_bytes(upstream: Upstream):
    class Odd:
        def reply(self, request: object) -> Reply:
            return Reply([b"\n\n\n", event(chunk({"content": "x"}, "stop"))])

    seen, _ = await ask_scripted(upstream, Odd())
    assert seen.text == "x"
