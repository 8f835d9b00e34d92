"""Branches: ask again, ask otherwise, choose which one is shown."""

import pytest

from madang.chat.conversations import Change
from madang.chat.errors import WrongState
from madang.chat.types import Options
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


async def test_a_turn_that_streams_is_not_asked_again(house: House):
    gate = Gate()
    house.door.say([gate, *saying("ok")])
    turn = (await house.ask()).turn
    with pytest.raises(WrongState):
        await house.chat.turns.retry(turn.id, "person:test")
    gate.opened.set()


async def test_the_next_question_follows_the_branch_that_is_shown(any_house: House):
    first = await any_house.answered("one")
    again = (await any_house.chat.turns.retry(first.id, "person:test")).turn
    await any_house.chat.turns.wait(again.id)
    await any_house.chat.conversations.change(first.conversation_id, Change(active_turn_id=first.id))
    following = await any_house.answered("two", conversation_id=first.conversation_id)
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
