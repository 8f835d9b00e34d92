"""An answer that streams in looks, at every moment, as if it had come at once, and what is finished stays untouched."""

import random

import pytest
from playwright.async_api import JSHandle

from tests.page.markdown import corpus

pytestmark = pytest.mark.browser


async def test_MD_03_every_vector_looks_the_same_at_every_boundary(harness: JSHandle) -> None:
    for vector in corpus.EVERYTHING:
        found = await harness.evaluate(
            "(harness, text) => harness.firstDifference(text, harness.everyEnd(text))", vector
        )
        assert found is None, f"{vector!r} differs after {vector[: found['end']]!r}: {found}"


async def test_MD_03_code_full_of_unseen_characters_looks_the_same_cut_in_two_anywhere(harness: JSHandle) -> None:
    for vector in corpus.EVERYTHING:
        if not vector.isascii():
            found = await harness.evaluate("(harness, text) => harness.firstBadCut(text)", f"````\n{vector} end")
            assert found is None, f"{vector!r} differs: {found}"


async def test_MD_03_vectors_after_one_another_look_the_same_in_pieces_of_any_size(
    harness: JSHandle, chance: random.Random
) -> None:
    for _ in range(60):
        text = chance.choice(["\n\n", "\n", ""]).join(chance.sample(corpus.EVERYTHING, 5))
        ends = sorted({chance.randrange(len(text) + 1) for _ in range(12)} | {len(text)})
        found = await harness.evaluate("(harness, [text, ends]) => harness.firstDifference(text, ends)", [text, ends])
        assert found is None, f"{text!r} differs after {text[: found['end']]!r}: {found}"


async def test_MD_03_a_very_long_text_looks_the_same_in_pieces(harness: JSHandle, chance: random.Random) -> None:
    long_list = "".join(f"- item {number} with **bold** words\n" for number in range(2500))
    long_code = "```py\n" + "x = 1\n" * 12_000 + "```\n\n"
    for text in ("para\n\n" * 8000, long_code + "after\n\n" + long_list, long_list + "\n\nafter"):
        ends = sorted({chance.randrange(len(text) + 1) for _ in range(6)} | {len(text)})
        found = await harness.evaluate("(harness, [text, ends]) => harness.firstDifference(text, ends)", [text, ends])
        assert found is None, f"differs after {found['end']}"


async def test_finished_blocks_keep_their_nodes(harness: JSHandle) -> None:
    assert await harness.evaluate("harness => harness.keepsNodes('# a\\n\\ntext\\n\\n- x\\n- y\\n\\nlast ')")
