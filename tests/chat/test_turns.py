"""Turns: accepted once, answered by the server, stopped, queued, continued."""

import asyncio

import pytest

from madang.chat.errors import ClientIdReused, EmptyMessage, WrongState
from madang.chat.types import Options
from madang.errors import NotFound, TooLarge
from madang.gateway.errors import Incomplete, RateLimited, Stalled, UnknownModel
from madang.gateway.types import ReasoningDelta, TextDelta, Waiting
from tests.chat.conftest import House
from tests.chat.scripted import Gate, broken, receipt, saying


async def test_a_question_is_answered_and_both_are_kept(house: House):
    house.door.say(saying("안녕", "하세요"))
    turn = await house.answered("자기소개 해줘")
    assert (turn.status, turn.answer, turn.model) == ("done", "안녕하세요", "fake/one")
    assert turn.receipt["completion_tokens"] == 2
    seen = await house.chat.conversations.look(turn.conversation_id)
    assert seen.conversation.title == "자기소개 해줘"
    assert seen.conversation.active_turn_id == turn.id
    assert seen.conversation.context.used_tokens == 12
    assert [one.answer for one in seen.turns] == ["안녕하세요"]


async def test_the_stream_tells_the_turn_from_acceptance_to_end(house: House):
    gate = Gate()
    house.door.say([*saying("a")[:2], gate, *saying("b")[1:]])
    accepted = await house.ask()
    await gate.reached.wait()
    await until_journal_has(house, accepted.turn.conversation_id, "turn.delta")
    gate.opened.set()
    turn = await house.chat.turns.wait(accepted.turn.id)
    events = await house.events(turn.conversation_id)
    assert [event.kind for event in events] == [
        "turn.accepted",
        "turn.started",
        "turn.delta",
        "turn.delta",
        "turn.finished",
        "conversation.changed",
    ]
    deltas = [event.data for event in events if event.kind == "turn.delta"]
    assert [(one["text"], one["offset"]) for one in deltas] == [("a", 0), ("b", 1)]
    assert events[-2].data["turn"]["answer"] == "ab"
    assert accepted.number == events[0].number


async def test_offsets_count_as_browsers_do(house: House):
    house.door.say(broken("😀가", error=Incomplete("broke off")), saying("x"))
    cut = await house.answered()
    await house.chat.turns.go_on(cut.id)
    await house.chat.turns.wait(cut.id)
    last = [event.data for event in await house.events(cut.conversation_id) if event.kind == "turn.delta"][-1]
    assert (last["text"], last["offset"]) == ("x", 3)


async def test_what_the_model_thinks_is_kept_apart(house: House):
    house.door.say([saying("")[0], ReasoningDelta("hmm"), *saying("yes")[1:]])
    turn = await house.answered()
    assert (turn.reasoning, turn.answer) == ("hmm", "yes")


async def test_waiting_is_told_and_over_when_the_answer_begins(house: House):
    gate = Gate()
    house.door.say([Waiting("builtin", {"progress_bytes": 5, "total_bytes": 10}), gate, *saying("ok")])
    accepted = await house.ask()
    await until_journal_has(house, accepted.turn.conversation_id, "turn.waiting")
    seen = await house.chat.conversations.look(accepted.turn.conversation_id)
    assert seen.turns[0].waiting == {"reason": "builtin", "progress": {"progress_bytes": 5, "total_bytes": 10}}
    gate.opened.set()
    assert (await house.chat.turns.wait(accepted.turn.id)).waiting is None


async def test_a_look_in_mid_answer_has_the_words_up_to_its_number(house: House):
    gate = Gate()
    house.door.say([*saying("half")[:2], gate, *saying(" done")[1:]])
    accepted = await house.ask()
    await until_journal_has(house, accepted.turn.conversation_id, "turn.delta")
    seen = await house.chat.conversations.look(accepted.turn.conversation_id)
    assert (seen.turns[0].status, seen.turns[0].answer) == ("streaming", "half")
    assert seen.number == (await house.events(accepted.turn.conversation_id))[-1].number
    gate.opened.set()
    assert (await house.chat.turns.wait(accepted.turn.id)).answer == "half done"


async def test_CRASH_12_twenty_of_one_client_id_are_one_turn_and_one_call(house: House):
    asks = [house.ask("hi", client_id="same", body_hash="h") for _ in range(20)]
    accepted = await asyncio.gather(*asks)
    turns = await asyncio.gather(*(house.chat.turns.wait(one.turn.id) for one in accepted))
    assert len({turn.id for turn in turns}) == 1
    assert len(house.door.requests) == 1
    assert len(await house.chat.conversations.page("", False, None, 10)) == 1


async def test_CRASH_12_another_body_under_the_same_client_id_is_refused(house: House):
    await house.answered("hi", client_id="same", body_hash="h")
    with pytest.raises(ClientIdReused):
        await house.ask("ho", client_id="same", body_hash="g")
    assert len(house.door.requests) == 1


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"content": " \n"}, EmptyMessage),
        ({"content": "가" * 400_000}, TooLarge),
        ({"options": Options(model="nobody/none")}, UnknownModel),
        ({"conversation_id": "none"}, NotFound),
        ({"attachments": ("none",)}, NotFound),
    ],
)
async def test_what_cannot_be_asked_leaves_nothing_behind(house: House, values, error):
    with pytest.raises(error):
        await house.ask(**values)
    assert await house.chat.conversations.page("", False, None, 10) == []
    assert house.door.requests == []


@pytest.mark.parametrize(
    ("script", "status", "code"),
    [
        (broken("half", error=Incomplete("broke off")), "incomplete", "upstream.incomplete"),
        (broken("half", error=Stalled("silent")), "incomplete", "upstream.stalled"),
        (broken(error=Incomplete("broke off")), "error", "upstream.incomplete"),
        (broken(error=RateLimited("slow down")), "error", "upstream.rate_limited"),
        (broken("half", error=RuntimeError("a fault")), "error", "internal"),
        (saying("half")[:-1], "incomplete", "upstream.incomplete"),
    ],
)
async def test_a_broken_answer_says_so_and_keeps_its_text(house: House, script, status, code):
    house.door.say(script)
    turn = await house.answered()
    assert (turn.status, turn.error["code"]) == (status, code)
    assert turn.answer == "".join(step.text for step in script if isinstance(step, TextDelta))


async def test_an_error_is_kept_without_secrets(house: House):
    house.redactor.add("sesame-open")
    house.door.say(broken(error=RateLimited("key sesame-open", provider_message=["sesame-open is wrong"])))
    turn = await house.answered()
    assert "sesame" not in str(turn.error)


async def test_an_answer_cut_by_its_limit_is_done_and_can_go_on(house: House):
    house.door.say(saying("one two", finish_reason="length"), saying(" three"))
    turn = await house.answered()
    assert (turn.status, turn.finish_reason) == ("done", "length")
    await house.chat.turns.go_on(turn.id)
    whole = await house.chat.turns.wait(turn.id)
    assert (whole.answer, whole.finish_reason) == ("one two three", "stop")
    assert whole.receipt["completion_tokens"] == 4


async def test_a_whole_answer_does_not_go_on(house: House):
    turn = await house.answered()
    with pytest.raises(WrongState):
        await house.chat.turns.go_on(turn.id)


async def test_stop_keeps_the_text_and_closes_the_call(house: House):
    gate = Gate()
    house.door.say([*saying("so far")[:2], gate])
    accepted = await house.ask()
    await gate.reached.wait()
    turn = await house.chat.turns.stop(accepted.turn.id)
    assert (turn.status, turn.answer) == ("cancelled", "so far")
    assert house.door.closed == 1
    assert await house.chat.turns.stop(turn.id) == turn


async def test_nobody_needs_to_wait_for_an_answer(house: House):
    gate = Gate()
    house.door.say([gate, *saying("still here")])
    accepted = await house.ask()
    waiting = asyncio.create_task(house.chat.turns.wait(accepted.turn.id))
    await gate.reached.wait()
    waiting.cancel()
    gate.opened.set()
    assert (await house.chat.turns.wait(accepted.turn.id)).answer == "still here"


async def test_a_receipt_of_unknown_cost_stays_unknown_when_the_answer_goes_on(house: House):
    error = Incomplete("broke off")
    error.receipt = receipt(cost_microusd=None)
    house.door.say(broken("a", error=error), saying("b"))
    turn = await house.answered()
    await house.chat.turns.go_on(turn.id)
    assert (await house.chat.turns.wait(turn.id)).receipt["cost_microusd"] is None


async def until_journal_has(house: House, conversation_id: str, kind: str) -> None:
    async for event in house.journal.follow(f"conversation:{conversation_id}", 0):
        if event.kind == kind:
            return


async def test_what_a_stopped_call_took_is_unknown_in_the_receipt_of_the_whole(house: House):
    gate = Gate()
    house.door.say(saying("one", finish_reason="length"), [*saying("two")[:-1], gate])
    turn = await house.answered()
    await house.chat.turns.go_on(turn.id)
    await gate.reached.wait()
    stopped = await house.chat.turns.stop(turn.id)
    assert (stopped.status, stopped.answer) == ("cancelled", "onetwo")
    assert (stopped.receipt["cost_microusd"], stopped.receipt["completion_tokens"]) == (None, None)
    assert stopped.receipt["latency_ms"] is not None
