"""The whole chat by keyboard alone: ask, stop, say it otherwise, choose a model, rename, find, begin anew."""

import pytest
from playwright.async_api import Page, expect

from tests.page.chat.test_turns import ask

pytestmark = pytest.mark.browser


async def reach(page: Page, selector: str, key: str = "Tab") -> None:
    """Press `key` until the focus is on what is looked for."""
    for _ in range(80):
        if await page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        await page.keyboard.press(key)
    raise AssertionError(f"{key} never reaches {selector}")


async def test_the_box_has_the_focus_and_keeps_it_after_sending(page: Page) -> None:
    assert await page.evaluate("document.activeElement.id") == "composer-input"
    await page.keyboard.type("by keyboard")
    await page.keyboard.press("Enter")
    await expect(page.locator(".markdown strong")).to_have_text("by keyboard")
    assert await page.evaluate("document.activeElement.id") == "composer-input"


async def test_escape_stops_and_arrow_up_edits_the_last_question(page: Page) -> None:
    await ask(page, "slow by keyboard")
    await expect(page.locator(".markdown")).to_contain_text("word3")
    await page.keyboard.press("Escape")
    await expect(page.locator(".turn")).to_have_attribute("data-status", "cancelled")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("quick by keyboard")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".markdown strong")).to_have_text("quick by keyboard")
    await expect(page.locator(".branches .number")).to_have_text("2/2")


async def test_every_tool_of_a_turn_is_reached_with_tab(page: Page) -> None:
    await ask(page, "tools by keyboard")
    await expect(page.locator(".markdown strong")).to_have_text("tools by keyboard")
    await reach(page, "[data-tool=copy]", "Shift+Tab")
    await reach(page, "[data-tool=retry]", "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".branches .number")).to_have_text("2/2")
    await page.keyboard.press("/")
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("/")
    assert await page.evaluate("document.activeElement.id") == "composer-input"


async def test_a_conversation_is_renamed_and_found_by_keyboard(page: Page) -> None:
    await ask(page, "to be renamed")
    await expect(page.locator(".markdown strong")).to_have_text("to be renamed")
    await reach(page, ".talk-head [aria-haspopup=menu]", "Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("menuitem", name="Rename")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Name of the chat")).to_be_focused()
    await page.keyboard.type("Garden plans")
    await page.keyboard.press("Enter")
    await expect(page.locator(".talk-head__title")).to_have_text("Garden plans")
    await reach(page, "#chat-search", "Shift+Tab")
    await page.keyboard.type("garden")
    await expect(page.locator(".list__link")).to_have_count(1)
    await reach(page, ".list__link")
    await page.keyboard.press("Enter")
    await expect(page.locator(".list__link[aria-current]")).to_have_text("Garden plans")


async def test_options_are_set_by_keyboard_and_shown(page: Page) -> None:
    await reach(page, ".composer__tool[aria-haspopup=dialog] + .composer__tool")
    await page.keyboard.press("Enter")
    await reach(page, "dialog input[type=number]")
    await page.keyboard.type("0.3")
    await page.keyboard.press("Enter")
    await expect(page.locator(".talk-head__chips")).to_contain_text("temperature 0.3")
    await ask(page, "with options")
    await expect(page.locator(".markdown strong")).to_have_text("with options")
    await expect(page.locator(".talk-head__chips")).to_contain_text("temperature 0.3")
