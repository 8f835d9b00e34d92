"""A provider that is somebody else's: markup in every field it fills runs nothing, fetches nothing, is only read."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from madang.gateway.fake_upstream import FakeUpstream, Fault, Received, Say, Status, Turn
from madang.gateway.fake_upstream.faults import MARKUP
from tests.page.chat.test_fault_words import opened
from tests.page.chat.test_turns import ask
from tests.support import browser
from tests.support.server import running

pytestmark = pytest.mark.browser
PATIENT = 60_000
# What of the markup could act, were it more than text.
LIVE = "script:not([src]), img, iframe, object, embed, form[action], [onerror], [onload], a[href^='javascript']"


def hostile(request: Received) -> Turn:
    # A question without an answer stays before the next one.
    question = request.prompt.split("\n\n")[-1]
    if "refuse" in question:
        return Status(400, MARKUP, MARKUP, MARKUP, MARKUP)
    if "break" in question:
        return Fault(
            (*Fault.hostile.pieces[:3], b'data: {"error": {"message": "<script>window.hacked=1</script>"}}\n\n')
        )
    return Fault.hostile if "answer" in question else Say("plain")


@dataclass(slots=True)
class Place:
    page: Page
    url: str
    asked: list[str]


@pytest_asyncio.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory, chromium_process: Browser) -> AsyncIterator[Place]:
    names = ["tiny", MARKUP]
    async with (
        FakeUpstream(hostile, models=names, owned_by=MARKUP) as fake,
        browser.watched(chromium_process) as chromium,
    ):
        known = {"OPENAI_BASE_URL": fake.base_url, "MADANG_MODEL": "env/tiny"}
        with running(tmp_path_factory.mktemp("madang"), **known) as server:
            page = await opened(chromium, server, "en")
            asked: list[str] = []
            page.on("request", lambda request: asked.append(request.url))
            await page.goto(f"{server.url}/chat")
            await page.locator(".composer__tools button").first.wait_for(timeout=PATIENT)
            yield Place(page, server.url, asked)
            await page.context.close()


async def check_inert(place: Place) -> None:
    """Nothing ran, nothing was fetched elsewhere, and no element of the markup is one."""
    assert await place.page.evaluate("() => window.hacked") is None
    assert [url for url in place.asked if not url.startswith((place.url, place.url.replace("http", "ws")))] == []
    assert await place.page.locator(f"main :is({LIVE}), dialog :is({LIVE})").count() == 0


async def test_UP_11_an_answer_full_of_markup_and_tool_calls_is_text(place: Place) -> None:
    await ask(place.page, "an answer please")
    turn = place.page.locator(".turn").last
    await expect(turn).to_have_attribute("data-status", "done", timeout=PATIENT)
    await expect(turn.locator(".markdown")).to_contain_text("window.hacked=1")
    await expect(turn.locator(".receipt .chip").first).to_have_text("asked for a tool that it does not have")
    await turn.locator(".thoughts summary").click()
    await expect(turn.locator(".thoughts__words")).to_have_text(MARKUP)
    await check_inert(place)


async def test_UP_11_a_refusal_full_of_markup_is_read_as_it_is(place: Place) -> None:
    await ask(place.page, "refuse me")
    turn = place.page.locator(".turn").last
    await expect(turn).to_have_attribute("data-status", "error", timeout=PATIENT)
    await expect(turn.locator(".problem p").first).to_contain_text(MARKUP)
    await check_inert(place)


async def test_UP_11_an_error_in_the_stream_is_read_as_it_is(place: Place) -> None:
    await ask(place.page, "break off")
    turn = place.page.locator(".turn").last
    await expect(turn).to_have_attribute("data-status", "incomplete", timeout=PATIENT)
    await expect(turn.locator(".problem p").first).to_contain_text("<script>window.hacked=1</script>")
    await check_inert(place)


async def test_UP_11_a_model_named_in_markup_is_listed_and_asked_as_text(place: Place) -> None:
    page = place.page
    await page.locator(".composer__tools button[aria-haspopup=dialog]").first.click()
    dialog = page.locator("dialog[open]")
    await expect(dialog).to_contain_text("onerror", timeout=PATIENT)
    await check_inert(place)
    await dialog.get_by_text(MARKUP).first.click()
    await expect(dialog).to_have_count(0)
    await ask(page, "hello")
    turn = page.locator(".turn").last
    await expect(turn).to_have_attribute("data-status", "done", timeout=PATIENT)
    await expect(turn.locator(".receipt__model")).to_have_text(MARKUP)
    await check_inert(place)
    await page.goto(f"{place.url}/settings/models")
    await expect(page.locator("main")).to_contain_text("onerror", timeout=PATIENT)
    await check_inert(place)
