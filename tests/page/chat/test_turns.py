"""Asking, stopping, asking again and otherwise, on the page and through the real server."""

import asyncio
import re

import pytest
from playwright.async_api import Page, Route, expect

from madang.gateway.fake_upstream import FakeUpstream
from tests.page.chat.conftest import Open, slow_answer

pytestmark = pytest.mark.browser
IN_A_CONVERSATION = re.compile(r"/chat/\w+$")


async def ask(page: Page, text: str) -> None:
    await page.locator("#composer-input").fill(text)
    await page.keyboard.press("Enter")


async def test_an_answer_comes_with_its_receipt_and_an_address_of_its_own(page: Page) -> None:
    await ask(page, "hello")
    await expect(page.locator(".markdown strong")).to_have_text("hello")
    receipt = page.locator(".receipt")
    await expect(receipt).to_contain_text("tokens")
    await expect(receipt).to_contain_text("cost unknown")
    await expect(page).to_have_url(IN_A_CONVERSATION)
    await expect(page.locator(".list__link[aria-current]")).to_have_text("hello")


async def test_a_stopped_answer_keeps_its_words_and_can_be_continued(page: Page, upstream: FakeUpstream) -> None:
    await ask(page, "slow please")
    await expect(page.locator(".markdown")).to_contain_text("word5")
    await page.keyboard.press("Escape")
    await expect(page.locator(".turn")).to_have_attribute("data-status", "cancelled")
    await expect(page.locator(".markdown")).to_contain_text("word5")
    await page.locator("[data-tool=continue]").click()
    await expect(page.locator(".turn")).to_have_attribute("data-status", "done", timeout=15_000)


async def test_retry_and_edit_make_branches_that_can_be_switched(page: Page) -> None:
    await ask(page, "first")
    await expect(page.locator(".markdown strong")).to_have_text("first")
    await page.locator("[data-tool=retry]").click()
    await expect(page.locator(".branches .number")).to_have_text("2/2")
    await page.locator("[data-tool=edit]").click()
    await page.locator(".edit__input").fill("second")
    await page.locator(".edit button[type=submit]").click()
    await expect(page.locator(".branches .number")).to_have_text("3/3")
    await expect(page.locator(".markdown strong")).to_have_text("second")
    await page.get_by_label("Previous branch").click()
    await expect(page.locator(".branches .number")).to_have_text("2/3")
    await expect(page.locator(".markdown strong")).to_have_text("first")
    await page.reload()
    await expect(page.locator(".branches .number")).to_have_text("2/3")


async def test_the_next_message_waits_for_the_answer_and_can_be_taken_back(page: Page) -> None:
    await ask(page, "slow one")
    await expect(page.locator(".markdown")).to_contain_text("word1")
    await ask(page, "after it")
    await ask(page, "not this")
    await expect(page.locator(".turn[data-status=queued]")).to_have_count(2)
    await page.locator(".turn[data-status=queued]").last.locator("[data-tool=remove]").click()
    await expect(page.locator(".turn")).to_have_count(2)
    await expect(page.locator(".turn").last).to_have_attribute("data-status", "done", timeout=20_000)
    await expect(page.locator(".turn").last.locator("strong")).to_have_text("after it")


async def test_messages_arrive_in_the_order_they_were_written(page: Page) -> None:
    await ask(page, "slow one")
    await expect(page.locator(".markdown")).to_contain_text("word1")

    async def hold_the_first_up(route: Route) -> None:
        if "written first" in (route.request.post_data or ""):
            await asyncio.sleep(0.5)
        await route.continue_()

    await page.route("**/api/chat", hold_the_first_up)
    await ask(page, "written first")
    await ask(page, "written second")
    await expect(page.locator(".turn[data-status=done]")).to_have_count(3, timeout=20_000)
    await expect(page.locator(".turn").nth(1)).to_contain_text("written first")
    await expect(page.locator(".turn").nth(2)).to_contain_text("written second")


async def test_a_first_message_is_in_view_until_its_conversation_is(page: Page) -> None:
    opened = asyncio.Event()

    async def hold_up(route: Route) -> None:
        await opened.wait()
        await route.continue_()

    await page.route("**/api/chat/conversations/*", hold_up)
    await ask(page, "slow to open")
    shown = page.get_by_role("region", name="Chat", exact=True).get_by_text("slow to open").first
    await expect(shown).to_be_visible()
    await expect(page).to_have_url(re.compile("/chat/."))
    for number in range(20):
        assert await shown.is_visible(), number
        await asyncio.sleep(0.1)
        if number == 8:
            opened.set()
    await expect(page.locator("md-chat-pending")).to_have_count(0)


async def test_what_is_written_before_a_conversation_has_begun_belongs_to_it(page: Page) -> None:
    async def hold_up(route: Route) -> None:
        await asyncio.sleep(0.5)
        await route.continue_()

    await page.route("**/api/chat", hold_up)
    await ask(page, "one breath, first")
    await ask(page, "one breath, second")
    await expect(page.locator(".turn[data-status=done]")).to_have_count(2, timeout=20_000)
    await expect(page.locator(".turn").last.locator("strong")).to_have_text("one breath, second")


async def test_a_held_message_is_sent_when_the_person_says_so(page: Page) -> None:
    await ask(page, "slow hold")
    await expect(page.locator(".markdown")).to_contain_text("word1")
    await ask(page, "after the hold")
    await expect(page.locator(".turn[data-status=queued]")).to_have_count(1)
    await page.locator(".turn").first.locator("[data-tool=stop]").click()
    await page.locator(".turn").last.locator("[data-tool=start]").click()
    await expect(page.locator(".turn").last.locator("strong")).to_have_text("after the hold")


async def test_reload_and_second_tab_show_every_word_once(page: Page, open_chat: Open) -> None:
    await ask(page, "slow words")
    await expect(page.locator(".markdown")).to_contain_text("word10 ")
    path = page.url.removeprefix("http://").partition("/")[2]
    other = await open_chat(path=f"/{path}")
    await page.reload()
    for each in (page, other):
        await expect(each.locator(".turn")).to_have_attribute("data-status", "done", timeout=20_000)
        await expect(each.locator(".markdown")).to_have_text(slow_answer())


async def test_a_kept_answer_says_so_and_can_be_asked_anew(page: Page, upstream: FakeUpstream) -> None:
    await ask(page, "the same")
    await expect(page.locator(".markdown strong")).to_have_text("the same")
    await page.keyboard.press("Control+Shift+O")
    await expect(page.locator(".welcome")).to_be_visible()
    asked = len(upstream.requests)
    await ask(page, "the same")
    await expect(page.locator(".chip--kept")).to_contain_text("Kept answer")
    assert len(upstream.requests) == asked
    await page.locator("[data-tool=fresh]").click()
    await expect(page.locator(".branches .number")).to_have_text("2/2")
    await expect(page.locator(".turn")).to_have_attribute("data-status", "done")
    assert len(upstream.requests) == asked + 1


async def test_an_answer_that_is_never_to_be_kept_is_asked_for_each_time_until_the_person_takes_that_back(
    page: Page, upstream: FakeUpstream
) -> None:
    async def asked_again() -> int:
        await page.keyboard.press("Control+Shift+O")
        await expect(page.locator(".welcome")).to_be_visible()
        await ask(page, "of the moment")
        await expect(page.locator(".turn")).to_have_attribute("data-status", "done")
        return len(upstream.requests)

    await ask(page, "of the moment")
    await expect(page.locator(".turn")).to_have_attribute("data-status", "done")
    asked = await asked_again()
    await page.locator("[data-tool=never]").click()
    await expect(page.get_by_text("Answers to this question are no longer kept.")).to_be_visible()
    assert await asked_again() == asked + 1
    assert await asked_again() == asked + 2
    await page.goto(page.url.partition("/chat")[0] + "/settings/cache")
    await page.locator("[data-key=keep-again]").click()
    await expect(page.locator("[data-key=keep-again]")).to_have_count(0)


async def test_a_failure_is_a_sentence_with_its_code_and_the_way_to_mend_it(
    page: Page,
) -> None:
    await ask(page, "refuse me")
    problem = page.locator(".problem")
    await expect(problem).to_contain_text("upstream.wrong_key")
    await problem.get_by_role("link").click()
    await expect(page).to_have_url(re.compile(r"/settings/providers$"))
