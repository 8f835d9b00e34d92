"""A conversation of five thousand turns holds only a few on the page, and the reader never loses their place."""

from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, JSHandle

from tests.page.site import frontend_site
from tests.support import browser

pytestmark = pytest.mark.browser
HARNESS = Path(__file__).parent / "long.js"


@pytest_asyncio.fixture(scope="module")
async def conversation(chromium_process: Browser) -> AsyncIterator[JSHandle]:
    async with frontend_site(harness=HARNESS) as site, browser.watched(chromium_process) as chromium:
        page = await chromium.page(language="en")
        await page.goto(site.url)
        harness = await page.evaluate_handle("import('/harness.js')")
        await harness.evaluate("harness => harness.open(5000)")
        yield harness


async def test_it_opens_at_its_end_with_few_turns_on_the_page(conversation: JSHandle) -> None:
    seen = await conversation.evaluate("harness => harness.seen()")
    assert seen["inView"][-1] == "question 4999"
    assert seen["onPage"] < 40


async def test_scrolling_up_passes_every_turn_in_order(conversation: JSHandle) -> None:
    tops = await conversation.evaluate("harness => harness.climb(40, 250)")
    assert tops == sorted(tops, reverse=True)
    assert max(before - after for before, after in pairwise(tops)) <= 2
    assert (await conversation.evaluate("harness => harness.seen()"))["onPage"] < 40


async def test_the_first_turn_can_be_reached(conversation: JSHandle) -> None:
    await conversation.evaluate("harness => harness.jump(0)")
    seen = await conversation.evaluate("harness => harness.seen()")
    assert seen["inView"][0] == "question 0"
    assert seen["onPage"] < 40
