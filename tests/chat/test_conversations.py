"""The list of conversations, and what can be done with one."""

import unicodedata

import pytest

from madang.chat.conversations import Change
from madang.chat.types import Options
from madang.clock import FixedClock
from madang.errors import BadRequest, NotFound
from tests.chat.conftest import House
from tests.chat.scripted import Gate, saying


async def titles(house: House, query: str = "", archived: bool = False) -> list[str]:
    return [one.title for one in await house.chat.conversations.page(query, archived, None, 100)]


async def test_the_one_changed_last_comes_first(house: House):
    first = await house.answered("first")
    await house.answered("second")
    await house.answered("more", conversation_id=first.conversation_id)
    assert await titles(house) == ["first", "second"]


async def test_titles_are_found_in_any_case_and_form(house: House):
    for content in ("여행 계획 세우기", "Travel PLANS", "100%_done", "다른 것"):
        await house.answered(content)
    assert await titles(house, unicodedata.normalize("NFD", "계획")) == ["여행 계획 세우기"]
    assert await titles(house, "plans") == ["Travel PLANS"]
    assert await titles(house, "%_") == ["100%_done"]
    assert await titles(house, "없는") == []


async def test_pages_hold_each_conversation_once_even_at_one_moment(house: House):
    await house.set_clock(FixedClock())
    made = [(await house.chat.conversations.create(f"c{number}", Options())).id for number in range(7)]
    seen, before = [], None
    while page := await house.chat.conversations.page("", False, before, 3):
        seen += [one.id for one in page]
        before = (page[-1].updated_at, page[-1].id)
    assert sorted(seen) == sorted(made)


async def test_archived_ones_are_in_a_list_of_their_own(house: House):
    turn = await house.answered("old")
    await house.chat.conversations.change(turn.conversation_id, Change(archived=True))
    assert await titles(house) == []
    assert await titles(house, archived=True) == ["old"]


async def test_a_persons_title_stays(house: House):
    turn = await house.answered("first words")
    changed = await house.chat.conversations.change(turn.conversation_id, Change(title="  내  제목 "))
    assert (changed.title, changed.title_source) == ("내 제목", "person")
    await house.chat.conversations.set_title(turn.conversation_id, "a model's")
    assert await titles(house) == ["내 제목"]
    with pytest.raises(BadRequest):
        await house.chat.conversations.change(turn.conversation_id, Change(title="\u200b"))


async def test_an_empty_conversation_takes_its_title_from_its_first_message(house: House):
    made = await house.chat.conversations.create("", Options(temperature=0.1))
    await house.answered("hello there", conversation_id=made.id)
    assert await titles(house) == ["hello there"]
    assert house.door.requests[0].temperature == 0.1


async def test_options_of_turn_conversation_and_preferences_go_in_that_order(house: House):
    await house.preferences.change({"temperature": 0.1, "top_p": 0.2, "max_tokens": 30})
    turn = await house.answered("a", options=Options(temperature=0.4, system_prompt="be brief"))
    await house.answered("b", conversation_id=turn.conversation_id, options=Options(temperature=0.9))
    await house.answered("c", conversation_id=turn.conversation_id)
    assert [one.temperature for one in house.door.requests] == [0.4, 0.9, 0.4]
    assert {(one.top_p, one.max_tokens, one.messages[0].text) for one in house.door.requests} == {(0.2, 30, "be brief")}


async def test_only_the_named_options_change(house: House):
    turn = await house.answered("a", options=Options(temperature=0.4, seed=1))
    changed = await house.chat.conversations.change(turn.conversation_id, Change(options={"temperature": None}))
    assert (changed.options.temperature, changed.options.seed) == (None, 1)


async def test_a_deleted_conversation_is_gone_and_can_come_back(house: House):
    turn = await house.answered("keep me")
    await house.chat.conversations.delete(turn.conversation_id)
    assert await titles(house) == []
    with pytest.raises(NotFound):
        await house.chat.conversations.look(turn.conversation_id)
    with pytest.raises(NotFound):
        await house.ask("more", conversation_id=turn.conversation_id)
    await house.chat.conversations.restore(turn.conversation_id)
    assert (await house.chat.conversations.look(turn.conversation_id)).turns[0].answer == "ok"


async def test_deleting_stops_what_is_being_answered(house: House):
    gate = Gate()
    house.door.say([gate, *saying("never")])
    turn = (await house.ask()).turn
    await gate.reached.wait()
    await house.chat.conversations.delete(turn.conversation_id)
    assert house.door.closed == 1
    assert (await house.chat.turns.find(turn.id)).status == "cancelled"


async def test_after_thirty_days_a_deleted_conversation_is_gone_for_good(house: House):
    clock = FixedClock()
    await house.set_clock(clock)
    old, kept = await house.answered("old"), await house.answered("kept")
    await house.chat.conversations.delete(old.conversation_id)
    clock.advance(days=29)
    await house.chat.conversations.purge()
    await house.chat.conversations.restore(old.conversation_id)
    await house.chat.conversations.delete(old.conversation_id)
    clock.advance(days=31)
    await house.chat.conversations.purge()
    with pytest.raises(NotFound):
        await house.chat.conversations.restore(old.conversation_id)
    with pytest.raises(NotFound):
        await house.chat.turns.find(old.id)
    assert (await house.chat.turns.find(kept.id)).status == "done"


async def test_every_page_hears_of_new_and_changed_conversations(house: House):
    turn = await house.answered()
    await house.chat.conversations.delete(turn.conversation_id)
    await house.chat.conversations.restore(turn.conversation_id)
    kinds = [event.kind for event in await house.events("", stream="app")]
    assert [kind for kind in kinds if kind.startswith("conversation.")] == [
        "conversation.created",
        "conversation.changed",
        "conversation.deleted",
        "conversation.restored",
    ]


async def test_a_look_at_the_newest_has_all_others_without_their_words(house: House):
    first = await house.answered("one")
    known = [first] + [await house.answered(words, conversation_id=first.conversation_id) for words in ("two", "three")]
    elsewhere = await house.answered("elsewhere")
    seen = await house.chat.conversations.look(first.conversation_id, newest=1)
    assert [turn.content for turn in seen.turns] == ["three"]
    assert [(one.id, one.parent_id, one.status) for one in seen.others] == [
        (turn.id, turn.parent_id, "done") for turn in known[:2]
    ]
    ids = [known[1].id, known[0].id, elsewhere.id, "nobody"]
    read = await house.chat.conversations.read_turns(first.conversation_id, ids)
    assert [(turn.content, turn.answer) for turn in read] == [("one", "ok"), ("two", "ok")]
    with pytest.raises(NotFound):
        await house.chat.conversations.read_turns("nowhere", ids)


async def test_what_has_not_ended_comes_whole_however_old_it_is(house: House):
    gate = Gate()
    house.door.say([*saying("half")[:2], gate, *saying(" done")[1:]])
    accepted = await house.ask("first")
    await gate.reached.wait()
    await house.ask("second", conversation_id=accepted.turn.conversation_id)
    seen = await house.chat.conversations.look(accepted.turn.conversation_id, newest=1)
    assert [(turn.content, turn.status) for turn in seen.turns] == [("first", "streaming"), ("second", "queued")]
    assert seen.others == []
    gate.opened.set()
    await house.chat.turns.wait(seen.turns[1].id)
