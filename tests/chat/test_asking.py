"""What is sent for a turn: files, system prompt, options."""

from dataclasses import replace

import pytest

from madang.chat.types import Options
from madang.gateway.embedded.prompts import small_model_prompt
from madang.gateway.messages import ImagePart
from tests.chat.conftest import House
from tests.chat.scripted import MODEL

# What is looked at here does not depend on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

PNG = b"\x89PNG\r\n\x1a\n\0\0"


async def test_the_built_in_model_is_told_who_it_is_in_the_language_of_the_question(house: House):
    house.door.models = {MODEL.id: replace(MODEL, is_builtin=True)}
    await house.answered("자기소개 해줘")
    await house.answered("Introduce yourself")
    assert [request.messages[0].text for request in house.door.requests] == [
        small_model_prompt("ko"),
        small_model_prompt("en"),
    ]


async def test_a_persons_own_system_prompt_goes_before_the_small_models(house: House):
    house.door.models = {MODEL.id: replace(MODEL, is_builtin=True)}
    await house.answered("hi", options=Options(system_prompt="be a pirate"))
    assert house.door.requests[0].messages[0].text == "be a pirate"


async def test_a_picture_is_sent_with_its_turn_and_with_those_that_follow(house: House):
    house.door.models = {MODEL.id: replace(MODEL, sees_images=True)}
    picture = await house.chat.attachments.add("cat.png", PNG)
    first = await house.answered("what is this?", attachments=(picture.id,))
    await house.answered("and its colour?", conversation_id=first.conversation_id)
    for request in house.door.requests:
        assert isinstance(request.messages[0].content[0], ImagePart)
    assert first.attachments == (picture,)


async def test_an_edit_keeps_the_files_of_the_turn(house: House):
    note = await house.chat.attachments.add("note.txt", "메모".encode())
    first = await house.answered("read", attachments=(note.id,))
    edited = (await house.chat.turns.edit(first.id, "person:test", "read again", None)).turn
    await house.chat.turns.wait(edited.id)
    assert "메모" in house.door.requests[1].messages[0].text


async def test_effort_is_asked_only_of_a_model_that_reasons(house: House):
    await house.answered("hi", options=Options(reasoning_effort="high"))
    house.door.models = {MODEL.id: replace(MODEL, reasons=True)}
    await house.answered("hi", options=Options(reasoning_effort="high"))
    assert [request.reasoning_effort for request in house.door.requests] == [None, "high"]


async def test_the_gauge_says_how_many_turns_were_left_out(house: House):
    turn = await house.answered("가" * 2_000)
    for _ in range(4):
        turn = await house.answered("가" * 2_000, conversation_id=turn.conversation_id)
    gauge = (await house.chat.conversations.look(turn.conversation_id)).conversation.context
    assert gauge.limit_tokens == MODEL.context_tokens
    assert gauge.trimmed_turns == 3
