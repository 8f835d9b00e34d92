"""Branches: ask again, ask otherwise, choose which one is shown."""

from dataclasses import replace

import pytest

from madang.chat.conversations import Change
from madang.chat.errors import ClientIdReused, WrongState
from madang.chat.types import Mark, Options
from madang.errors import NotFound
from tests.chat.conftest import House
from tests.chat.scripted import Gate, saying


async def test_a_retry_is_a_sibling_that_goes_past_the_kept_answer(house: House):
    first = await house.answered("one", options=Options(temperature=0.5))
    again = (await house.chat.turns.retry(first.id, "person:test")).turn
    await house.chat.turns.wait(again.id)
    assert (again.parent_id, again.content) == (None, "one")
    assert house.door.requests[1].cache == "refresh"
    assert house.door.requests[1].temperature == 0.5
    seen = await house.chat.conversations.look(first.conversation_id)
    assert seen.conversation.active_turn_id == again.id
    assert [turn.id for turn in seen.turns] == [first.id, again.id]


async def test_an_edit_begins_a_branch_without_the_old_one(house: House):
    first = await house.answered("one")
    old = await house.answered("two", conversation_id=first.conversation_id)
    new = (await house.chat.turns.edit(old.id, "person:test", "zwei", None)).turn
    await house.chat.turns.wait(new.id)
    assert new.parent_id == first.id
    assert [message.text for message in house.door.requests[2].messages] == ["one", "ok", "zwei"]


async def test_CRASH_12_a_retry_or_an_edit_that_is_sent_twice_is_one_turn_and_one_call(house: House):
    first = await house.answered("one")
    for number, send in enumerate(
        (
            lambda mark: house.chat.turns.retry(first.id, "person:test", mark=mark),
            lambda mark: house.chat.turns.edit(first.id, "person:test", "uno", None, mark),
        )
    ):
        mark = Mark(f"client-{number}", "what it asks")
        sent = {(await send(mark)).turn.id for _ in range(3)}
        assert len(sent) == 1
        with pytest.raises(ClientIdReused):
            await send(replace(mark, body_hash="something else"))
        await house.chat.turns.wait(sent.pop())
    assert len(house.door.requests) == 3


async def test_a_turn_that_streams_is_not_asked_again(house: House):
    gate = Gate()
    house.door.say([gate, *saying("ok")])
    turn = (await house.ask()).turn
    with pytest.raises(WrongState):
        await house.chat.turns.retry(turn.id, "person:test")
    gate.opened.set()


async def test_the_next_question_follows_the_branch_that_is_shown(house: House):
    first = await house.answered("one")
    again = (await house.chat.turns.retry(first.id, "person:test")).turn
    await house.chat.turns.wait(again.id)
    await house.chat.conversations.change(first.conversation_id, Change(active_turn_id=first.id))
    following = await house.answered("two", conversation_id=first.conversation_id)
    assert following.parent_id == first.id


async def test_a_question_can_name_its_place(house: House):
    first = await house.answered("one")
    root = await house.answered("anew", conversation_id=first.conversation_id, parent_id=None)
    assert root.parent_id is None
    named = await house.answered("two", conversation_id=first.conversation_id, parent_id=first.id)
    assert named.parent_id == first.id


async def test_a_turn_of_another_conversation_is_no_place(house: House):
    here, there = await house.answered("here"), await house.answered("there")
    with pytest.raises(NotFound):
        await house.ask("x", conversation_id=here.conversation_id, parent_id=there.id)
    with pytest.raises(NotFound):
        await house.chat.conversations.change(here.conversation_id, Change(active_turn_id=there.id))
