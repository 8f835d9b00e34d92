"""Answers to similar questions on the page: switched on, shown as what they are, and gone once they were wrong."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urljoin

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.page.access.axe import violations
from tests.page.chat.conftest import House
from tests.page.chat.test_turns import ask

pytestmark = pytest.mark.browser
ASKED, ALIKE = "How do I boil an egg properly?", "How do I properly boil an egg?"
CHIP = "details.similar > summary"
CACHE = "/api/settings/cache"


@pytest_asyncio.fixture
async def person(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody who is signed in and asks the server itself."""
    async with house.server.async_client(await asyncio.to_thread(house.server.sign_in)) as client:
        yield client


async def says(page: Page, question: str, answer: str) -> None:
    """Ask in a conversation of its own."""
    await page.goto(urljoin(page.url, "/chat"))
    await ask(page, question)
    await expect(page.locator(".markdown strong")).to_have_text(answer)
    await expect(page.locator(".turn")).to_have_attribute("data-status", "done")


async def remembered(person: httpx.AsyncClient) -> None:
    """Wait until a question can be found."""
    async with asyncio.timeout(60):
        while not (await person.get(CACHE)).json()["similar"]["questions"]:
            await asyncio.sleep(0.1)


async def test_a_wrong_answer_to_a_similar_question_is_seen_and_does_not_come_again(
    person: httpx.AsyncClient, page: Page
):
    chosen = {"similar_model": "env/text-embedding-3-small"}
    (await person.patch("/api/settings", json=chosen)).raise_for_status()
    await page.goto(urljoin(page.url, "/settings/cache"))
    await page.get_by_role("switch", name="Use kept answers for similar questions too").check()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await says(page, ASKED, ASKED)
    await remembered(person)
    await says(page, ALIKE, ASKED)
    await expect(page.locator(CHIP)).to_contain_text("Answer to a similar question · 100% alike")
    await page.locator(CHIP).click()
    await expect(page.locator(".similar__question")).to_have_text(ASKED)
    assert await violations(page, "the answer to a similar question") == []
    await page.get_by_role("button", name="Wrong answer").click()
    await expect(page.locator(".markdown strong")).to_have_text(ALIKE)
    await expect(page.locator(CHIP)).to_have_count(0)
    # Nothing is kept any more but what was learnt.
    (await person.delete(CACHE)).raise_for_status()
    await says(page, ASKED, ASKED)
    await remembered(person)
    await says(page, ALIKE, ALIKE)
    await expect(page.locator(CHIP)).to_have_count(0)
    await page.goto(urljoin(page.url, "/settings/cache"))
    await expect(page.get_by_text("1 time (100%)")).to_be_visible()


async def test_one_conversation_can_say_otherwise(person: httpx.AsyncClient, page: Page):
    await says(page, "And a duck's egg?", "And a duck's egg?")
    await page.get_by_role("button", name="Options").click()
    await page.get_by_label("Similar questions").select_option("off")
    await page.get_by_role("button", name="Save", exact=True).click()
    path = f"/api/chat/conversations/{page.url.rpartition('/')[2]}"
    async with asyncio.timeout(60):
        while (await person.get(path)).json()["conversation"]["options"]["similar"] is not False:
            await asyncio.sleep(0.1)
