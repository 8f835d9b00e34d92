"""Which requests may be compared, and which of those that are alike may share an answer."""

from dataclasses import replace
from typing import Any

import pytest

from madang.gateway.semantic.deciding import STEP, acceptable, threshold
from madang.gateway.semantic.question import question_of
from madang.gateway.semantic.scan import NotAVector, nearest, unit
from madang.gateway.semantic.types import Neighbour, Pair, Question
from madang.gateway.types import Caller, ChatRequest, Message, Provider, RawRequest

HERE = Provider("p", "P", "https://example.org/v1", "compatible", "settings")
PERSON = Caller("chat", "person:p")
BODY = {"messages": [{"role": "user", "content": "How do I boil an egg?"}], "temperature": 0}


def of_body(caller: Caller = PERSON, **changes: Any) -> Question | None:
    request = RawRequest("p/m", "chat/completions", {**BODY, **changes}, 100, similar=True)
    return question_of(request, caller, HERE, "m", "key")


def said(*contents: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": content} for content in contents]}


def test_only_the_words_of_the_question_may_differ():
    first = of_body()
    assert first is not None
    assert first.text == "How do I boil an egg?"
    other = of_body(**said("Who wrote Hamlet?"))
    assert other is not None
    assert other.bucket == first.bucket
    for change in (
        {"temperature": 0.5},
        {"max_tokens": 10},
        {"stream": True},
        {"user": "u"},
        said("Hi", "Who wrote Hamlet?"),
    ):
        changed = of_body(**change)
        assert changed is not None
        assert changed.bucket != first.bucket, change


def test_a_bucket_is_one_tokens_or_the_peoples():
    callers = (PERSON, Caller("chat", "person:q"), *(Caller("api", "t", token_id=token) for token in ("t", "u")))
    people, others, one, two = (of_body(caller) for caller in callers)
    assert people is not None
    assert people == others
    assert one is not None
    assert two is not None
    assert len({people.bucket, one.bucket, two.bucket}) == 3


@pytest.mark.parametrize(
    "change",
    [
        {"n": 2},
        {"tools": []},
        {"response_format": {"type": "json_object"}},
        {"logprobs": True},
        {"a_field_of_tomorrow": 1},
        {"messages": []},
        {"messages": ["words"]},
        said([{"type": "text", "text": "How do I boil an egg?"}]),
        said(None),
        {"messages": [*BODY["messages"], {"role": "assistant", "content": "Like this"}]},
        {"messages": [{"role": "tool", "content": "x", "tool_call_id": "c"}, *BODY["messages"]]},
        {"messages": [{"role": "user", "content": "How?", "name": "me"}]},
        said("What happened yesterday?"),
        said("이번 주 날씨 어때?"),
        said("x" * 501),
        said(" \n"),
    ],
)
def test_what_needs_an_answer_of_its_own_is_no_such_question(change: dict[str, Any]):
    assert of_body(**change) is None


def test_a_request_that_does_not_wish_it_is_not_even_read():
    request = ChatRequest("p/m", (Message("user", "How do I boil an egg?"),))
    assert question_of(request, PERSON, HERE, "m", "key") is None
    assert question_of(replace(request, similar=True), PERSON, HERE, "m", "key") is not None


def test_a_wrong_answer_lifts_the_bar_of_both_questions_for_its_own_embedder():
    wrong = [Pair("asked", "kept", "e", 0.95)]
    for key in ("asked", "kept"):
        assert threshold(key, 0.9, "e", wrong) == 0.95 + STEP
        assert threshold(key, 0.9, "another", wrong) == 0.9
        assert threshold(key, 0.99, "e", wrong) == 0.99
    assert threshold("third", 0.9, "e", wrong) == 0.9


def test_two_questions_that_were_parted_stay_so_either_way_round_and_with_any_embedder():
    wrong = [Pair("asked", "kept", "e", 0.95)]
    kept, asked = Neighbour("kept", "…", 1.0), Neighbour("asked", "…", 1.0)
    for embedder in ("e", "another"):
        assert acceptable("asked", [kept], 0.9, embedder, wrong) == []
        assert acceptable("kept", [asked], 0.9, embedder, wrong) == []
        assert acceptable("third", [kept, asked], 0.9, embedder, wrong) == [kept, asked]
    close = replace(kept, score=0.955)
    assert acceptable("third", [close], 0.9, "e", wrong) == []


async def test_the_nearest_come_first_and_vectors_of_another_size_are_passed_over():
    asked, same, near, far, other = [await unit(each) for each in ([1, 0], [2, 0], [3, 1], [0, 5], [1, 0, 0])]
    found = await nearest(asked, [far, near, other, same], 0.9, 5)
    assert [place for place, _ in found] == [3, 1]
    assert found[0][1] == 1.0
    assert [place for place, _ in await nearest(asked, [far, near, other, same], 0.9, 1)] == [3]
    assert await nearest(asked, [other], 0.0, 5) == []


@pytest.mark.parametrize("numbers", [[], [0.0, 0.0], [float("nan")], [float("inf"), 1]])
async def test_numbers_that_say_nothing_are_no_vector(numbers: list[float]):
    with pytest.raises(NotAVector):
        await unit(numbers)
