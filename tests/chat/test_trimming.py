"""Long conversations are cut in large steps, and what is sent begins with the same bytes from turn to turn."""

import random
from itertools import pairwise

import pytest

from madang.chat.context import Reader, build_context
from madang.chat.trimming import first_kept
from madang.gateway.types import ChatRequest, Trim
from madang.gateway.upstream.payload import payload
from tests.chat.conftest import House
from tests.chat.make import chain, make_turn
from tests.chat.scripted import MODEL

PNG = b"\x89PNG\r\n\x1a\n\0\0"
WIDE = Reader(sees_images=False, context_tokens=None)


def test_nothing_is_left_out_before_there_is_too_much():
    assert first_kept([], 100) == 0
    assert first_kept([40, 60], 100) == 0


def test_a_cut_leaves_half_and_stays_until_there_is_too_much_again():
    costs = [10] * 21
    cuts = [first_kept(costs[:count], 100) for count in range(len(costs) + 1)]
    assert cuts == [0] * 11 + [6] * 6 + [12] * 5


def test_the_newest_turn_stays_however_long_it_is():
    assert first_kept([10, 1000], 100) == 1
    assert first_kept([1000], 100) == 0
    assert first_kept([10, 10, 10], -5) == 2


def test_whatever_the_turns_cost_the_cut_only_moves_on_and_seldom(chance: random.Random):
    for _ in range(200):
        costs = [chance.randrange(1, 60) for _ in range(chance.randrange(1, 80))]
        cuts = [first_kept(costs[:count], 100) for count in range(1, len(costs) + 1)]
        assert cuts == sorted(cuts)
        for count, cut in enumerate(cuts, start=1):
            assert cut == count - 1 or sum(costs[cut:count]) <= 100
        # Each move leaves at most half, so as much has to come before the next one, the newest turn aside.
        assert len(set(cuts)) <= 1 + sum(costs) / 20


def test_what_was_left_out_by_wish_is_told_apart_from_what_had_no_room():
    path = [*chain(*"abcdefghij", content="가" * 300), make_turn("last", content="?", answer="")]
    free = build_context(path, {}, WIDE, system_prompt=None, max_tokens=None)
    wished = build_context(path, {}, WIDE, system_prompt=None, max_tokens=None, trim_tokens=2_000)
    narrow = build_context(path, {}, Reader(False, 1_500), system_prompt=None, max_tokens=500, trim_tokens=2_000)
    assert free.trim == Trim(0, 0)
    assert wished.trim.turns == wished.gauge.trimmed_turns > 0
    assert wished.trim.tokens == free.gauge.used_tokens - wished.gauge.used_tokens
    assert narrow.trim.turns >= wished.trim.turns
    assert narrow.gauge.used_tokens <= 1_000


def prefix_of(request: ChatRequest) -> bytes:
    """The bytes of a request up to the end of its messages, as they are sent."""
    body = payload(request, "one", frozenset())
    return body[: body.index(b'],"stream":true')]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_two_turns_after_each_other_begin_with_the_same_bytes(house: House):
    await house.preferences.change({"system_prompt": "답은 짧게. Be brief."})
    house.door.models = {MODEL.id: MODEL}
    note = await house.chat.attachments.add("note.txt", "메모 ```code```".encode())
    turn = await house.answered("첫 질문이에요", attachments=(note.id,))
    for question in ("second?", "세 번째", "```\ncode\n```", "마지막"):
        turn = await house.answered(question, conversation_id=turn.conversation_id)
    prefixes = [prefix_of(request) for request in house.door.requests]
    assert len(prefixes) == 5
    for before, after in pairwise(prefixes):
        assert after.startswith(before)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_cut_conversation_keeps_its_beginning_between_the_steps(house: House):
    await house.preferences.change({"trim_tokens": 1_500})
    turn = await house.answered("가" * 200)
    for _ in range(15):
        turn = await house.answered("가" * 200, conversation_id=turn.conversation_id)
    prefixes = [prefix_of(request) for request in house.door.requests]
    same = [after.startswith(before) for before, after in pairwise(prefixes)]
    assert 1 <= same.count(False) <= 4
    cut = [caller.trim for caller in house.door.callers]
    assert cut[0] == Trim(0, 0)
    assert cut[-1].turns > 0 and cut[-1].tokens > 0
    assert (await house.chat.conversations.look(turn.conversation_id)).conversation.context.trimmed_turns > 0
