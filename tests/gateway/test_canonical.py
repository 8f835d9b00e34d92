"""The key of a kept answer: equal for equal requests, and for those only."""

import base64
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as some

from madang.gateway.canonical import canonical, key_of
from madang.gateway.messages import ImagePart, Message, TextPart
from madang.gateway.types import ChatRequest, Provider

HERE = Provider("p", "P", "https://example.org/v1", "compatible", "settings")
_texts = some.text(alphabet=some.characters(exclude_categories=[]), max_size=20)
_numbers = some.none() | some.floats(0, 2, allow_nan=False)
_parts = some.builds(TextPart, _texts) | some.builds(
    ImagePart,
    some.sampled_from(["image/png", "image/jpeg"]),
    some.binary(max_size=6).map(lambda b: base64.b64encode(b).decode()),
)
_messages = some.builds(
    Message, some.sampled_from(["system", "user", "assistant"]), _texts | some.lists(_parts, max_size=3).map(tuple)
)
_requests = some.builds(
    ChatRequest,
    model=some.just("p/m"),
    messages=some.lists(_messages, max_size=3).map(tuple),
    temperature=_numbers,
    top_p=_numbers,
    max_tokens=some.none() | some.integers(1, 3),
    seed=some.none() | some.integers(-2, 2),
    stop=some.lists(_texts, max_size=2).map(tuple),
    reasoning_effort=some.none() | some.sampled_from(["low", "high"]),
    cache=some.sampled_from(["auto", "off", "refresh", "only"]),
)


@given(_requests, _requests)
def test_CACHE_05_two_requests_share_a_key_only_if_they_are_the_same(one: ChatRequest, other: ChatRequest):
    is_same = replace(one, cache="auto") == replace(other, cache="auto")
    assert (key_of(one, HERE, "m") == key_of(other, HERE, "m")) is is_same


@given(_requests)
def test_CACHE_05_place_and_model_are_part_of_the_key(request: ChatRequest):
    keys = {
        key_of(request, HERE, "m"),
        key_of(request, HERE, "m2"),
        key_of(request, replace(HERE, id="q"), "m"),
        key_of(request, replace(HERE, base_url="https://example.org/v2"), "m"),
    }
    assert len(keys) == 4


@given(_requests)
def test_the_form_is_plain_ascii_and_how_the_cache_is_asked_does_not_matter(request: ChatRequest):
    assert canonical(request, HERE, "m").isascii()
    assert key_of(request, HERE, "m") == key_of(replace(request, cache="refresh"), HERE, "m")


def test_CACHE_05_words_cannot_move_between_messages():
    def key(*messages: Message) -> str:
        return key_of(ChatRequest("p/m", messages), HERE, "m")

    keys = [
        key(Message("user", "ab")),
        key(Message("user", "a"), Message("user", "b")),
        key(Message("user", 'a"},{"role":"user","content":"b')),
        key(Message("user", (TextPart("ab"),))),
        key(Message("user", (TextPart("a"), TextPart("b")))),
        key(Message("assistant", "ab")),
    ]
    assert len(set(keys)) == len(keys)


def test_a_picture_counts_by_its_bytes():
    def key(data: str) -> str:
        return key_of(ChatRequest("p/m", (Message("user", (ImagePart("image/png", data),)),)), HERE, "m")

    assert key("QUJD") == key("QUJD")
    assert len({key("QUJD"), key("QUJE"), key("not base64!")}) == 3
