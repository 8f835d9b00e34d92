"""A known secret in an answer is masked wherever the pieces part it, and nothing else is changed or held for long."""

import base64
import random
from collections.abc import Iterable

import pytest

from madang.gateway.fake_upstream import FakeUpstream, Status
from madang.gateway.fake_upstream.faults import Fault
from madang.gateway.fake_upstream.turns import chunk, event
from madang.redact import MASK, Masker, Redactor
from tests.conftest import StartServer
from tests.secrets.conftest import KEY, OTHER_KEY

LONGER = KEY + "-and-more"
IN_BASE64 = [base64.b64encode(before + KEY.encode()).decode() for before in (b"", b"x")]
WAYS = (KEY, KEY[::-1], KEY.encode().hex(), *IN_BASE64)


def masked(pieces: Iterable[str], *secrets: str) -> tuple[str, int, int]:
    """Return the whole text, how many secrets were masked, and the most characters that were held back at once."""
    redactor = Redactor()
    for secret in secrets:
        redactor.add(secret)
    masker, came, said, count, held = Masker(redactor), 0, "", 0, 0
    for piece in pieces:
        words, found = masker.feed(piece)
        came, said, count = came + len(piece), said + words, count + found
        held = max(held, came - len(said) if not count else 0)
    words, found = masker.rest()
    return said + words, count + found, held


@pytest.mark.parametrize("way", WAYS)
def test_a_secret_is_masked_wherever_it_is_parted(way: str) -> None:
    text = f"열쇠는 👨‍👩‍👧 {way} 예요."
    for first in range(len(text)):
        for second in range(first, len(text), 7):
            whole, count, _ = masked([text[:first], text[first:second], text[second:]], KEY, OTHER_KEY)
            assert (way in whole, count) == (False, 1)
            assert whole.startswith("열쇠는 👨‍👩‍👧 ")
            assert whole.endswith(" 예요.")
    whole, count, _ = masked(text, KEY)
    assert (way in whole, count) == (False, 1)


def test_of_two_secrets_that_begin_alike_the_longer_is_masked_whole() -> None:
    assert masked(LONGER, KEY, LONGER)[:2] == (MASK, 1)
    assert masked(f"{KEY}-and-other", KEY, LONGER)[:2] == (f"{MASK}-and-other", 1)
    assert masked(KEY + KEY + KEY[:9], KEY)[:2] == (MASK + MASK + KEY[:9], 2)


def test_most_of_a_secret_at_the_end_of_a_broken_answer_is_masked_too() -> None:
    assert masked(f"It is {KEY[:20]}", KEY)[:2] == (f"It is {MASK}", 1)
    assert masked(f"It is {KEY[:8]}", KEY)[:2] == (f"It is {KEY[:8]}", 0)


def test_words_without_a_secret_come_through_unchanged_and_at_once(chance: random.Random) -> None:
    alphabet = KEY[:6] + "ab 가👍\n•"
    for _ in range(200):
        text = "".join(chance.choices(alphabet, k=300))
        cuts = sorted(chance.sample(range(300), 20))
        pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, 300], strict=True)]
        whole, count, held = masked(pieces, KEY, OTHER_KEY)
        assert (whole, count) == (text, 0)
        assert held < 2 * max(len(KEY), len(OTHER_KEY)) + 1
    assert masked(["Nothing here", " begins like one."], KEY)[2] == 0


def test_a_short_password_may_be_a_word_of_the_answer() -> None:
    assert masked("The password is a password.", "password")[:2] == ("The password is a password.", 0)


async def test_SEC_03_a_key_that_the_model_repeats_is_stored_and_shown_nowhere(start_server: StartServer) -> None:
    text = f"Your key is {KEY} 👍"
    letters = [chunk({"reasoning_content": one}) for one in KEY] + [chunk({"content": one}) for one in text]
    whole = Fault(tuple(event(data) for data in (*letters, chunk({}, "stop"), "[DONE]")))
    broken = Fault(tuple(event(chunk({"content": one})) for one in text + KEY[:20]))
    refused = Status(403, "wrong key: " + "\u200b".join(KEY))
    async with FakeUpstream(whole, broken, refused, models=["fake-model", f"named-{KEY}"]) as upstream:
        server = start_server(OPENAI_BASE_URL=upstream.base_url, OPENAI_API_KEY=KEY)
        async with server.async_client() as client:
            question = {"content": "Which key?", "model": "env/fake-model"}
            first, kept = [(await client.post("/api/chat", json=question)).json() for _ in range(2)]
            cut = (await client.post("/api/chat", json=question | {"cache": "off"})).json()
            error = await client.post("/api/chat", json=question | {"cache": "off"})
            stream = await client.post("/api/chat", json=question | {"stream": True})
            models = await client.get("/api/settings/models")
            export = await client.get(f"/api/chat/conversations/{first['conversation_id']}/export?format=json")
    assert first["content"] == f"Your key is {MASK} 👍"
    assert (kept["content"], kept["receipt"]["cache"]) == (first["content"], "hit")
    assert (first["receipt"]["masked_secrets"], kept["receipt"]["masked_secrets"]) == (2, 2)
    assert (cut["content"], cut["status"]) == (first["content"] + MASK, "incomplete")
    assert not any(KEY in answer.text for answer in (error, stream, export, models))
    assert f"wrong key: {MASK}" in error.text
    assert f"env/named-{MASK}" in models.text
    written = b"".join(path.read_bytes() for path in server.folder.rglob("*") if path.is_file())
    assert KEY.encode() not in written
