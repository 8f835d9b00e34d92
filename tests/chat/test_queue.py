"""The queue: one answer at a time, and by itself only after one that is done."""

import pytest

from madang.chat.errors import Busy, WrongState
from madang.chat.order import after, first_status
from madang.errors import NotFound
from madang.gateway.errors import Incomplete
from tests.chat.conftest import House
from tests.chat.make import make_turn
from tests.chat.scripted import Gate, broken, saying


async def first_and_second(house: House):
    gate = Gate()
    house.door.say([gate, *saying("first")], saying("second"))
    first = (await house.ask("one")).turn
    await gate.reached.wait()
    second = (await house.ask("two", conversation_id=first.conversation_id)).turn
    return gate, first, second


async def test_a_question_waits_behind_the_one_that_is_being_answered(house: House):
    gate, first, second = await first_and_second(house)
    assert (second.status, second.parent_id) == ("queued", first.id)
    assert len(house.door.requests) == 1
    gate.opened.set()
    answered = await house.chat.turns.wait(second.id)
    assert (answered.status, answered.answer) == ("done", "second")
    assert [message.text for message in house.door.requests[1].messages] == ["one", "first", "two"]


async def test_after_a_stop_what_waits_is_held_until_a_person_starts_it(house: House):
    _gate, first, second = await first_and_second(house)
    await house.chat.turns.stop(first.id)
    assert (await house.chat.turns.wait(second.id)).held
    assert len(house.door.requests) == 1
    await house.chat.turns.start(second.id)
    assert (await house.chat.turns.wait(second.id)).status == "done"


async def test_after_an_error_what_waits_is_held(house: House):
    gate = Gate()
    house.door.say([gate, *broken("half", error=Incomplete("broke off"))])
    first = (await house.ask("one")).turn
    second = (await house.ask("two", conversation_id=first.conversation_id)).turn
    gate.opened.set()
    assert (await house.chat.turns.wait(second.id)).held
    assert len(house.door.requests) == 1


async def test_what_is_asked_behind_a_held_turn_is_held_as_well_and_nobody_waits_for_it_for_ever(house: House):
    _gate, first, second = await first_and_second(house)
    await house.chat.turns.stop(first.id)
    third = await house.answered("three", conversation_id=first.conversation_id)
    assert (third.status, third.held, third.parent_id) == ("queued", True, second.id)
    assert len(house.door.requests) == 1


async def test_what_waited_behind_a_held_turn_is_held_when_another_branch_has_its_answer(house: House):
    begun, gate = Gate(), Gate()
    house.door.say([begun, *saying("first")], [gate, *saying("first again")])
    first = (await house.ask("one")).turn
    await begun.reached.wait()
    second = (await house.ask("two", conversation_id=first.conversation_id)).turn
    await house.chat.turns.stop(first.id)
    again = (await house.chat.turns.retry(first.id, "person:test")).turn
    await gate.reached.wait()
    third = (await house.ask("three", conversation_id=first.conversation_id)).turn
    assert (third.status, third.held, third.parent_id) == ("queued", False, second.id)
    gate.opened.set()
    assert (await house.chat.turns.wait(again.id)).status == "done"
    assert (await house.chat.turns.wait(third.id)).held


async def test_starting_a_turn_behind_held_ones_starts_them_in_their_order(house: House):
    _gate, first, second = await first_and_second(house)
    await house.chat.turns.stop(first.id)
    third = await house.answered("three", conversation_id=first.conversation_id)
    fourth = await house.answered("four", conversation_id=first.conversation_id)
    started = await house.chat.turns.start(third.id)
    assert (started.status, started.held) == ("queued", False)
    assert (await house.chat.turns.wait(third.id)).status == "done"
    assert (await house.chat.turns.find(second.id)).status == "done"
    assert (await house.chat.turns.wait(fourth.id)).held


async def test_nothing_is_answered_in_a_deleted_conversation(house: House):
    _gate, first, second = await first_and_second(house)
    await house.chat.conversations.delete(first.conversation_id)
    for deed in (house.chat.turns.go_on, house.chat.turns.start):
        with pytest.raises(NotFound):
            await deed(first.id)
        with pytest.raises(NotFound):
            await deed(second.id)
    assert len(house.door.requests) == 1


async def test_asking_again_takes_over_what_waited_behind_the_failed_turn(house: House):
    _gate, first, second = await first_and_second(house)
    await house.chat.turns.stop(first.id)
    again = (await house.chat.turns.retry(first.id, "person:test")).turn
    assert (await house.chat.turns.find(second.id)).parent_id == again.id
    seen = await house.chat.conversations.look(first.conversation_id)
    assert seen.conversation.active_turn_id == second.id


async def test_a_queued_turn_can_be_taken_back_and_what_follows_moves_up(house: House):
    gate, first, second = await first_and_second(house)
    third = (await house.ask("three", conversation_id=first.conversation_id)).turn
    await house.chat.turns.remove(second.id)
    with pytest.raises(NotFound):
        await house.chat.turns.find(second.id)
    assert (await house.chat.turns.find(third.id)).parent_id == first.id
    gate.opened.set()
    assert (await house.chat.turns.wait(third.id)).status == "done"
    assert "turn.removed" in await house.kinds(first.conversation_id)


async def test_the_last_question_taken_back_leaves_the_conversation_at_its_predecessor(house: House):
    gate, first, second = await first_and_second(house)
    await house.chat.turns.remove(second.id)
    seen = await house.chat.conversations.look(first.conversation_id)
    assert seen.conversation.active_turn_id == first.id
    gate.opened.set()


async def test_an_answered_turn_cannot_be_taken_back_or_started(house: House):
    turn = await house.answered()
    with pytest.raises(WrongState):
        await house.chat.turns.remove(turn.id)
    with pytest.raises(WrongState):
        await house.chat.turns.start(turn.id)


async def test_nothing_goes_on_while_another_turn_is_being_answered(house: House):
    house.door.say(broken("half", error=Incomplete("broke off")))
    cut = await house.answered()
    gate = Gate()
    house.door.say([gate, *saying("ok")])
    other = (await house.ask("other", conversation_id=cut.conversation_id)).turn
    with pytest.raises(Busy):
        await house.chat.turns.go_on(cut.id)
    gate.opened.set()
    await house.chat.turns.wait(other.id)


def test_a_turn_begins_at_once_only_when_nothing_is_before_it():
    streaming, queued = make_turn("s", status="streaming"), make_turn("q", status="queued", held=True)
    assert first_status(None, []) == "streaming"
    assert first_status("s", [streaming]) == "queued"
    assert first_status("q", [queued]) == "queued"
    assert first_status("other", [queued]) == "streaming"


def test_the_oldest_whose_predecessor_is_answered_comes_next():
    done = make_turn("a")
    waiting = [make_turn("b", parent_id="a", status="queued"), make_turn("c", parent_id="b", status="queued")]
    assert after(done, waiting).starts == waiting[0]
    held = [make_turn("b", parent_id="a", status="queued", held=True), waiting[1]]
    assert after(done, held).starts is None
    assert after(make_turn("a", status="error"), waiting).held == tuple(waiting)
