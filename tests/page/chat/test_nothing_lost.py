"""What is written is never lost: not with a bad connection, not with a reload, not with a word typed too early."""

import asyncio
import json

import pytest
from playwright.async_api import Page, Route, expect

from tests.page.chat.conftest import House, Open
from tests.page.chat.test_turns import IN_A_CONVERSATION, ask

pytestmark = pytest.mark.browser


async def test_a_message_that_meets_a_dead_line_is_sent_again_as_the_same_message(page: Page, house: House) -> None:
    house.chromium.watch.allow("Failed to load resource")
    sent: list[str] = []

    async def breaks_twice(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "{}")["client_id"])
        if len(sent) == 1:
            # The server takes it, but its answer does not come through.
            await route.fetch()
        await (route.abort() if len(sent) < 3 else route.continue_())

    await page.route("**/api/chat", breaks_twice)
    await ask(page, "once")
    await expect(page.locator(".markdown strong")).to_have_text("once", timeout=15_000)
    assert len(sent) == 3
    assert len(set(sent)) == 1
    await page.reload()
    await expect(page.locator(".turn")).to_have_count(1)


async def test_a_draft_is_there_after_a_reload_and_in_another_browser(page: Page, open_chat: Open) -> None:
    await page.locator("#composer-input").fill("쓰다 만 글")
    async with page.expect_response(lambda answer: answer.request.method == "PUT"):
        # It is reloaded before the server has it, so it comes from this browser first.
        await page.reload()
    await expect(page.locator("#composer-input")).to_have_value("쓰다 만 글")
    other = await open_chat()
    await expect(other.locator("#composer-input")).to_have_value("쓰다 만 글")
    async with other.expect_response(lambda answer: answer.request.method == "PUT"):
        # The next page of a new conversation would begin with it.
        await other.locator("#composer-input").fill("")


async def test_words_typed_while_the_first_message_goes_out_stay(page: Page, house: House) -> None:
    await ask(page, "slow start")
    await page.keyboard.type("and then")
    await expect(page).to_have_url(IN_A_CONVERSATION)
    await expect(page.locator(".markdown")).to_contain_text("word3")
    await expect(page.locator("#composer-input")).to_have_value("and then")
    # They belong to the conversation by now: the next new one begins without them.
    with house.server.client() as client:
        while client.get("/api/chat/drafts/new").json()["content"]:
            await asyncio.sleep(0.1)


async def test_changing_the_language_keeps_what_is_written(page: Page) -> None:
    await page.locator("#composer-input").fill("half a thought")
    for wanted, named in (("한국어", "새 대화"), ("English", "New chat")):
        await page.keyboard.press("Control+K")
        await page.locator(".palette__input").fill(wanted)
        await page.get_by_role("option", name=wanted).click()
        await expect(page.locator(".list__new")).to_have_text(named)
        await expect(page.locator("#composer-input")).to_have_value("half a thought")
    async with page.expect_response(lambda answer: answer.request.method == "PUT"):
        # The next page of a new conversation would begin with it.
        await page.locator("#composer-input").fill("")


async def test_a_deleted_conversation_comes_back_with_undo(page: Page) -> None:
    await ask(page, "keep me")
    await expect(page.locator(".markdown strong")).to_have_text("keep me")
    await page.locator(".talk-head").get_by_label("Menu of").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await expect(page.get_by_role("link", name="keep me")).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("link", name="keep me")).to_be_visible()


async def test_what_is_sent_before_its_conversation_is_open_goes_there_and_nowhere_else(page: Page) -> None:
    await ask(page, "here")
    await expect(page.locator(".markdown strong")).to_have_text("here")
    await expect(page).to_have_url(IN_A_CONVERSATION)
    there = asyncio.Event()

    async def wait(route: Route) -> None:
        await there.wait()
        await route.continue_()

    await page.route("**/api/chat/conversations/*", wait)
    await page.reload()
    await page.locator(".composer__tools button").first.wait_for()
    await ask(page, "before it is open")
    there.set()
    await expect(page.locator(".turn .said__words")).to_have_text(["here", "before it is open"])
    await expect(page.get_by_role("link", name="before it is open")).to_have_count(0)


async def test_a_first_message_that_cannot_be_shown_yet_is_said_to_be_kept_and_shown_later(
    page: Page, house: House
) -> None:
    house.chromium.watch.allow("Failed to load resource")
    await page.route("**/features/chat/thread.js", lambda route: route.abort())
    await ask(page, "on its way")
    await expect(page.get_by_text("what you wrote is kept")).to_be_visible()
    await page.unroute("**/features/chat/thread.js")
    await ask(page, "and another")
    await expect(page.locator(".turn .said__words")).to_have_text(["on its way", "and another"])
    await expect(page.get_by_text("what you wrote is kept")).to_have_count(0)
