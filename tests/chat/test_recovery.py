"""What is left when the process ends, gently or not."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from madang.chat.replay import with_events
from madang.errors import Unavailable
from madang.live.types import Event
from tests.chat.conftest import House
from tests.chat.make import AT, make_turn
from tests.chat.scripted import Gate, saying
from tests.chat.test_turns import until_journal_has


async def half_answered(house: House):
    gate = Gate()
    house.door.say([*saying("반쯤 ", "온 😀 답")[:3], gate])
    turn = (await house.ask("one")).turn
    queued = (await house.ask("two", conversation_id=turn.conversation_id)).turn
    await gate.reached.wait()
    await until_journal_has(house, turn.conversation_id, "turn.delta")
    return turn, queued


async def until_text_is_stored(house: House, turn_id: str, conversation_id: str, text: str) -> None:
    told = ""
    async for event in house.journal.follow(f"conversation:{conversation_id}", 0):
        if event.kind == "turn.delta" and event.data["turn_id"] == turn_id:
            told += event.data["text"]
        if told == text:
            return


async def test_CRASH_04_a_turn_that_streamed_is_interrupted_with_its_text_and_what_waited_is_held(house: House):
    turn, queued = await half_answered(house)
    await until_text_is_stored(house, turn.id, turn.conversation_id, "반쯤 온 😀 답")
    await house.crash()
    found = await house.chat.turns.find(turn.id)
    assert (found.status, found.answer) == ("interrupted", "반쯤 온 😀 답")
    assert found.finished_at is not None
    assert (await house.chat.turns.find(queued.id)).held
    assert house.door.lost_calls == [("fake/one", turn.id)]
    assert len(house.door.requests) == 1
    house.door.say(saying(" 끝"))
    await house.chat.turns.go_on(turn.id)
    whole = await house.chat.turns.wait(turn.id)
    assert (whole.status, whole.answer) == ("done", "반쯤 온 😀 답 끝")


@pytest.mark.parametrize("told", [{"cache": "hit"}, {"cache": "similar"}, {"cache": "shared"}, {"is_reserved": True}])
async def test_a_call_that_was_not_made_or_is_known_otherwise_is_not_entered_again(house: House, told: dict[str, Any]):
    gate = Gate()
    house.door.say([replace(saying("반쯤")[0], **told), gate])
    turn = (await house.ask("one")).turn
    await gate.reached.wait()
    await until_journal_has(house, turn.conversation_id, "turn.started")
    await house.crash()
    assert (await house.chat.turns.find(turn.id)).status == "interrupted"
    assert house.door.lost_calls == []


async def test_CRASH_04_a_continued_turn_that_is_interrupted_again_keeps_both_parts(house: House):
    turn, _queued = await half_answered(house)
    await house.chat.turns.stop(turn.id)
    gate = Gate()
    house.door.say([*saying(" und")[:2], gate])
    await house.chat.turns.go_on(turn.id)
    await until_text_is_stored(house, turn.id, turn.conversation_id, "반쯤 온 😀 답 und")
    await house.crash()
    assert (await house.chat.turns.find(turn.id)).answer == "반쯤 온 😀 답 und"


async def test_a_gentle_end_stores_what_there_is(house: House):
    turn, queued = await half_answered(house)
    await house.chat.stop()
    found = await house.chat.turns.find(turn.id)
    assert (found.status, found.answer) == ("interrupted", "반쯤 온 😀 답")
    assert (await house.chat.turns.find(queued.id)).held


async def test_nothing_is_begun_while_the_house_is_left(house: House):
    await house.chat.stop()
    with pytest.raises(Unavailable):
        await house.ask()
    assert await house.chat.conversations.page("", False, None, 10) == []


async def test_CRASH_13_what_is_asked_while_the_house_is_left_is_refused_or_has_an_end(house: House):
    for steps in range(0, 60, 3):
        asking = [asyncio.create_task(house.ask()) for _ in range(4)]
        for _ in range(steps):
            await asyncio.sleep(0)
        await house.chat.stop()
        for accepted in await asyncio.gather(*asking, return_exceptions=True):
            if not isinstance(accepted, Unavailable):
                async with asyncio.timeout(30):
                    assert (await house.chat.turns.wait(accepted.turn.id)).has_ended
        await house.start_chat()


async def test_a_start_without_a_crash_changes_nothing(house: House):
    turn = await house.answered()
    before = await house.kinds(turn.conversation_id)
    await house.chat.stop()
    await house.start_chat()
    assert await house.kinds(turn.conversation_id) == before


def test_events_of_other_turns_do_not_count():
    deltas = [{"turn_id": turn_id, "text": "x", "offset": 0} for turn_id in ("t1", "t2")]
    events = [Event("s", 1, "turn.delta", delta, AT) for delta in deltas]
    assert with_events(make_turn("t1", answer="a"), events).answer == "ax"
