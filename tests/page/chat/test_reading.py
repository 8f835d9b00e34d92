"""Reading while an answer comes: the place is the reader's, listeners hear a beginning and an end, files are shown."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from tests.page.chat.conftest import House
from tests.page.chat.test_turns import ask

pytestmark = pytest.mark.browser
AT_END = """() => {
  const { scrollHeight, scrollTop, clientHeight } = document.querySelector('.thread__scroll')
  return scrollHeight - scrollTop - clientHeight < 4
}"""
# The smallest picture there is: one pixel.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf500f0003860180"
    "5a347d6b0000000049454e44ae426082"
)


async def test_the_page_follows_an_answer_until_the_reader_scrolls_up(page: Page) -> None:
    await page.set_viewport_size({"width": 600, "height": 420})
    await ask(page, "slow reading")
    await expect(page.locator(".markdown")).to_contain_text("word90 ", timeout=30_000)
    await page.wait_for_function(AT_END)
    await page.locator(".thread__scroll").hover()
    await page.mouse.wheel(0, -5000)
    await expect(page.locator(".thread__down")).to_be_visible()
    await expect(page.locator(".turn")).to_have_attribute("data-status", "done", timeout=20_000)
    assert await page.locator(".thread__scroll").evaluate("scroller => scroller.scrollTop") < 60
    await page.locator(".thread__down").click()
    await page.wait_for_function(AT_END)


async def test_listeners_hear_that_an_answer_began_and_ended_and_no_words_of_it(page: Page) -> None:
    await page.evaluate(
        """() => {
          window.heard = []
          const note = (records) => records.forEach(({ target }) => {
            const element = target.nodeType === 1 ? target : target.parentElement
            const region = element?.closest('[aria-live], [role=status]')
            if (region?.textContent) window.heard.push(region.textContent)
          })
          new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true })
        }"""
    )
    await ask(page, "slow listening")
    await expect(page.locator(".turn")).to_have_attribute("data-status", "done", timeout=20_000)
    await page.wait_for_function("() => window.heard.includes('The answer is complete.')")
    heard = await page.evaluate("window.heard")
    assert "The answer has begun." in heard
    assert not [text for text in heard if "word" in text]


async def test_files_go_with_a_message_and_are_shown_again(page: Page, house: House, tmp_path: Path) -> None:
    (tmp_path / "dot.png").write_bytes(PIXEL)
    (tmp_path / "notes.txt").write_text("우유, 달걀", "utf-8")
    await page.locator("input[type=file]").set_input_files([tmp_path / "dot.png", tmp_path / "notes.txt"])
    await expect(page.locator(".files__one[aria-busy=false]")).to_have_count(2)
    await expect(page.locator(".files__note")).to_contain_text("cannot see pictures")
    await page.get_by_label("Remove “dot.png”").click()
    await expect(page.locator(".files__note")).to_have_text("")
    await ask(page, "what do I need?")
    await expect(page.locator(".turn")).to_have_attribute("data-status", "done")
    assert "우유, 달걀" in house.upstream.requests[-1].prompt
    await page.reload()
    await page.locator(".file__button").click()
    await expect(page.locator(".file__text")).to_have_text("우유, 달걀")


async def test_what_is_sent_before_the_page_is_furnished_is_sent_once_it_is(page: Page) -> None:
    arrived = asyncio.Event()

    async def late(route: Route) -> None:
        await arrived.wait()
        await route.continue_()

    await page.route("**/features/chat/room.js", late)
    await page.reload()
    await page.locator("#composer-input").fill("early bird")
    await page.keyboard.press("Enter")
    arrived.set()
    await expect(page.locator(".markdown strong")).to_have_text("early bird")
    await expect(page.locator(".turn")).to_have_count(1)
