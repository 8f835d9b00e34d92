"""Of a long conversation the page holds the words near the reader; the others come when they are wanted."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from madang.db.database import FILE_NAME
from madang.gateway.fake_upstream import FakeUpstream, Say
from tests.support import browser
from tests.support.long import store_long_conversation
from tests.support.server import Server
from tests.support.visit import signed_in_page

pytestmark = pytest.mark.browser
TURNS = 600
MOST_BYTES = 200_000
# A page with some thirty turns on it has about a thousand nodes; one that kept what it passed would have many more.
MOST_NODES = 4000
SCROLL = "(scroller, share) => { scroller.scrollTop = share * scroller.scrollHeight }"


@pytest_asyncio.fixture(scope="module")
async def page(tmp_path_factory: pytest.TempPathFactory, chromium_process: Browser) -> AsyncIterator[Page]:
    async with FakeUpstream(Say("It **is**."), models=["tiny"]) as upstream:
        known = {"OPENAI_BASE_URL": upstream.base_url, "OPENAI_API_KEY": "sk-test-key", "MADANG_MODEL": "env/tiny"}
        server = Server(_empty(tmp_path_factory), known)
        conversation_id = await store_long_conversation(server.data_dir / FILE_NAME, TURNS)
        try:
            server.start()
            async with browser.watched(chromium_process) as chromium:
                yield await signed_in_page(chromium, server, f"/chat/{conversation_id}")
        finally:
            server.stop()


def _empty(factory: pytest.TempPathFactory) -> Path:
    """A folder with a database in it that has nothing."""
    folder = factory.mktemp("madang")
    server = Server(folder).start()
    server.stop()
    return folder


async def at(page: Page, number: int) -> None:
    words = f"The answer to question {number} is"
    await expect(page.locator(".turn", has_text=f"Question {number}?").locator(".markdown")).to_contain_text(words)


async def test_only_the_last_turns_come_with_their_words(page: Page) -> None:
    async with page.expect_response(lambda answer: "newest=" in answer.url) as coming:
        await page.reload()
    assert len(await (await coming.value).body()) < MOST_BYTES
    await at(page, TURNS - 1)


async def test_the_words_of_far_turns_come_as_the_reader_does_and_go_again(page: Page) -> None:
    scroller = page.locator(".thread__scroll")
    for share in (0.8, 0.6, 0.4, 0.2, 0.5, 0.1):
        await scroller.evaluate(SCROLL, share)
        await expect(page.locator("md-chat-turn:not([data-status])")).to_have_count(0)
    await scroller.evaluate(SCROLL, 0)
    await at(page, 0)
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable")
    for _ in range(2):
        await session.send("HeapProfiler.collectGarbage")
    metrics = (await session.send("Performance.getMetrics"))["metrics"]
    assert {one["name"]: one["value"] for one in metrics}["Nodes"] < MOST_NODES


async def test_a_question_asked_from_far_up_is_answered_at_the_end(page: Page) -> None:
    await page.locator(".thread__scroll").evaluate(SCROLL, 0)
    await at(page, 0)
    await page.locator("#composer-input").fill("Is it?")
    await page.keyboard.press("Enter")
    await expect(page.locator(".turn").last.locator(".markdown strong")).to_have_text("is")
    await page.locator(".thread__scroll").evaluate(SCROLL, 0)
    await at(page, 0)


async def test_a_far_question_asked_otherwise_opens_a_branch_and_the_way_back(page: Page) -> None:
    await page.locator(".thread__scroll").evaluate(SCROLL, 0)
    await at(page, 1)
    turn = page.locator(".turn", has_text="Question 1?")
    await turn.hover()
    await turn.locator("[data-tool=edit]").click()
    await page.locator(".edit textarea").fill("Another question?")
    await page.locator(".edit button[type=submit]").click()
    await expect(page.locator(".turn")).to_have_count(2)
    await expect(page.locator(".turn").last.locator(".markdown strong")).to_have_text("is")
    await page.locator(".branches .tool--step").first.click()
    await expect(page.locator(".turn")).not_to_have_count(2)
    await page.locator(".thread__scroll").evaluate(SCROLL, 1)
    # The question that the test before asked, where it ran on this page.
    await expect(page.locator(".turn").last).to_contain_text(re.compile(rf"Question {TURNS - 1}\?|Is it\?"))
