"""Where the answer to a similar question will do, and what a conversation keeps of one."""

from dataclasses import asdict, replace

import pytest

from madang.chat.export import as_markdown
from madang.chat.types import Options
from madang.gateway.types import Likeness
from tests.chat.conftest import House
from tests.chat.make import make_conversation, make_turn
from tests.chat.scripted import receipt, saying

LIKENESS = Likeness("How do I boil an egg?", 0.97, 300)


@pytest.mark.parametrize("everywhere", [True, False])
@pytest.mark.parametrize("here", [True, False, None])
async def test_a_conversation_decides_and_else_the_person_everywhere(house: House, everywhere: bool, here: bool | None):
    await house.preferences.change({"similar_enabled": everywhere})
    first = await house.answered("one", options=Options(similar=here))
    await house.answered("two", conversation_id=first.conversation_id)
    wanted = everywhere if here is None else here
    assert [request.similar for request in house.door.requests] == [wanted, wanted]


async def test_a_question_with_a_file_and_an_answer_that_goes_on_are_never_compared(house: House):
    await house.preferences.change({"similar_enabled": True})
    file = await house.chat.attachments.add("notes.txt", b"some words")
    await house.answered("what is this?", attachments=(file.id,))
    house.door.scripts.append(saying("half", finish_reason="length"))
    cut = await house.answered("and a long one")
    await house.chat.turns.go_on(cut.id)
    await house.chat.turns.wait(cut.id)
    assert [request.similar for request in house.door.requests] == [False, True, False]


async def test_what_is_told_of_the_other_question_is_kept_with_the_answer(house: House):
    told = receipt(cache="similar", similar=LIKENESS)
    said = saying("seven minutes")
    house.door.scripts.append([*said[:-1], replace(said[-1], receipt=told)])
    turn = await house.answered("How is an egg boiled?")
    async with house.database.read() as tx:
        from madang.chat.store import turns

        stored = await turns.find(tx, turn.id)
    assert stored is not None
    assert stored.receipt is not None
    assert stored.receipt["similar"] == asdict(LIKENESS)


def test_a_conversation_as_a_file_says_whose_answer_it_was():
    turn = make_turn(receipt={"cache": "similar", "cost_microusd": 0, "is_free": False})
    assert "kept answer to a similar question" in as_markdown(make_conversation(), [turn])
