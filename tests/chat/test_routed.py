"""Rules in a conversation: asked only where nobody chose the model, about what the question is."""

import pytest

from madang.chat.conversations import Change
from madang.chat.types import Options
from madang.gateway.rules import Choice
from madang.gateway.types import ModelInfo, Route
from tests.chat.conftest import House
from tests.chat.scripted import MODEL
from tests.chat.test_title_calls import titled

# What is looked at here does not depend on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SMALL = ModelInfo("fake/small", "small", "fake", "Fake", is_local=True, is_free=True, context_tokens=8_000)
ROUTED = Choice(SMALL, Route("r", "short", MODEL))
RULES = {"routes": [{"id": "r", "name": "short", "model": SMALL.id}]}
PNG = b"\x89PNG\r\n\x1a\n\0\0"


async def ruled(house: House) -> None:
    """Let a rule send everything it is asked about to the small model."""
    await house.preferences.change(RULES)
    house.door.models = {MODEL.id: MODEL, SMALL.id: SMALL}
    house.door.choice = ROUTED


def asked_models(house: House) -> list[str]:
    return [request.model for request in house.door.requests]


async def test_without_rules_nothing_is_weighed(house: House):
    await house.answered("hi")
    assert house.door.questions == []


async def test_a_rule_chooses_where_the_model_was_left_open(house: House):
    await ruled(house)
    await house.answered("hi")
    assert asked_models(house) == [SMALL.id]
    assert house.door.callers[0].route == ROUTED.route


async def test_a_model_chosen_for_the_question_or_the_conversation_wins(house: House):
    await ruled(house)
    first = await house.answered("hi", options=Options(model=MODEL.id))
    await house.answered("and?", conversation_id=first.conversation_id)
    free = await house.answered("hi")
    await house.answered("and?", conversation_id=free.conversation_id, options=Options(model=MODEL.id))
    await house.chat.conversations.change(free.conversation_id, Change(options={"model": MODEL.id}))
    await house.answered("and?", conversation_id=free.conversation_id)
    assert asked_models(house) == [MODEL.id, MODEL.id, SMALL.id, MODEL.id, MODEL.id]


async def test_asking_the_other_model_is_one_retry(house: House):
    await ruled(house)
    turn = await house.answered("hi")
    again = await house.chat.turns.retry(turn.id, "person:test", cache="auto", model=MODEL.id)
    await house.chat.turns.wait(again.turn.id)
    assert asked_models(house) == [SMALL.id, MODEL.id]


async def test_rules_look_at_the_question_its_files_and_what_came_before(house: House):
    await ruled(house)
    picture = await house.chat.attachments.add("cat.png", PNG)
    first = await house.answered("what is this?", attachments=(picture.id,))
    await house.answered("```\ncode\n```", conversation_id=first.conversation_id)
    before, after = house.door.questions
    assert (before.characters, before.has_files, before.has_images, before.has_code) == (13, True, True, False)
    assert (after.characters, after.has_files, after.has_images, after.has_code) == (12, False, True, True)
    assert after.context_tokens > before.context_tokens > 1_000


async def test_titles_are_asked_of_the_rules_model_where_nobody_chose_one(house: House):
    await ruled(house)
    await house.preferences.change({"title_calls": True})
    for options in (Options(), Options(model=MODEL.id)):
        turn = await house.answered("저녁 뭐 먹지", options=options)
        await titled(house, turn.conversation_id)
    assert [question.feature for question in house.door.questions] == ["chat", "title"]
    assert asked_models(house) == [SMALL.id, SMALL.id, MODEL.id, MODEL.id]
