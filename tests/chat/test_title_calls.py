"""Titles that a model writes: only where the person lets it, and never for nothing."""

import asyncio
from dataclasses import replace

import pytest

from madang.chat.conversations import Change
from madang.chat.types import Options
from tests.chat.conftest import House
from tests.chat.scripted import MODEL, saying

# What is looked at here does not depend on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def titled(house: House, conversation_id: str) -> str:
    """The title once nothing is being written any more."""
    while tasks := [task for task in asyncio.all_tasks() if task.get_name().startswith(("turn ", "title of "))]:
        await asyncio.wait(tasks)
    return (await house.chat.conversations.look(conversation_id)).conversation.title


async def test_without_the_persons_consent_no_call_is_made(house: House):
    turn = await house.answered("오늘 저녁에 뭐 먹지")
    assert await titled(house, turn.conversation_id) == "오늘 저녁에 뭐 먹지"
    assert [caller.feature for caller in house.door.callers] == ["chat"]


async def test_the_first_answer_brings_a_title_and_asking_again_pays_for_no_second_one(house: House):
    await house.preferences.change({"title_calls": True})
    house.door.say(saying("짜장면"), saying('"저녁 ', '메뉴"'), saying("짬뽕"))
    turn = await house.answered("오늘 저녁에 뭐 먹지")
    assert await titled(house, turn.conversation_id) == "저녁 메뉴"
    again = (await house.chat.turns.retry(turn.id, "person:test")).turn
    await house.chat.turns.wait(again.id)
    assert await titled(house, turn.conversation_id) == "저녁 메뉴"
    assert [caller.feature for caller in house.door.callers] == ["chat", "title", "chat"]


async def test_no_call_is_made_for_a_conversation_that_a_person_named(house: House):
    await house.preferences.change({"title_calls": True})
    made = await house.chat.conversations.create("", Options())
    await house.chat.conversations.change(made.id, Change(title="내 제목"))
    await house.answered(conversation_id=made.id)
    assert await titled(house, made.id) == "내 제목"
    assert [caller.feature for caller in house.door.callers] == ["chat"]


async def test_the_built_in_model_writes_no_titles(house: House):
    await house.preferences.change({"title_calls": True})
    house.door.models = {MODEL.id: replace(MODEL, is_builtin=True)}
    turn = await house.answered("안녕")
    assert await titled(house, turn.conversation_id) == "안녕"
    assert [caller.feature for caller in house.door.callers] == ["chat"]


async def test_a_title_can_wait_where_the_person_lets_its_provider_take_its_time(house: House):
    await house.preferences.change({"title_calls": True})
    for providers in (["other"], [MODEL.provider]):
        await house.preferences.change({"flex_providers": providers})
        turn = await house.answered("오늘 저녁에 뭐 먹지")
        await titled(house, turn.conversation_id)
    features = [caller.feature for caller in house.door.callers]
    tiers = [request.tier for request in house.door.requests]
    assert list(zip(features, tiers, strict=True)) == [
        ("chat", None),
        ("title", None),
        ("chat", None),
        ("title", "flex"),
    ]
