"""The frame around every page: language and theme at once, everything by keyboard, addresses that last."""

import pytest
from playwright.async_api import expect

from tests.page.app.conftest import OpenPage
from tests.support.browser import PHONE
from tests.support.server import Server

pytestmark = pytest.mark.browser


async def test_the_language_changes_at_once_and_the_focus_stays(open_page: OpenPage) -> None:
    page = await open_page("/settings/look", language="ko")
    await page.locator("input[name=language][value=ko]").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("heading", name="Language and look")).to_be_visible()
    await expect(page.locator("input[name=language][value=en]")).to_be_focused()
    assert await page.evaluate("document.documentElement.lang") == "en"
    await page.reload()
    await expect(page.get_by_role("link", name="Settings").first).to_be_visible()
    await page.locator("input[name=language][value=browser]").check(force=True)
    await expect(page.get_by_role("heading", name="언어와 화면")).to_be_visible()


async def test_the_theme_changes_at_once_and_is_there_before_the_first_paint(open_page: OpenPage) -> None:
    page = await open_page("/settings/look", theme="light")
    paper = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    await page.locator("input[name=theme][value=dark]").check(force=True)
    await page.wait_for_function("() => document.documentElement.dataset.theme === 'dark'")
    assert await page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != paper
    await page.wait_for_function("() => localStorage.getItem('madang.theme') === '\"dark\"'")
    await page.reload()
    await page.locator("input[name=theme][value=system]").check(force=True)
    await page.wait_for_function("() => !document.documentElement.dataset.theme")


async def test_the_palette_is_opened_searched_and_obeyed_by_keys(open_page: OpenPage) -> None:
    page = await open_page("/settings/look")
    await expect(page.locator("md-line[data-line=open]")).to_be_visible()
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox")).to_be_focused()
    await page.keyboard.insert_text("모델과")
    await expect(page.get_by_role("option")).to_have_count(1)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="모델과 기본값")).to_be_focused()
    assert page.url.endswith("/settings/models")


async def test_the_palette_finds_a_conversation_by_its_title(house: Server, open_page: OpenPage) -> None:
    with house.client() as client:
        made = client.post("/api/chat/conversations", json={"title": "제주 2박 3일 일정"}).raise_for_status().json()
    page = await open_page("/settings/look")
    await page.get_by_role("button", name="찾기").click()
    await expect(page.get_by_role("combobox")).to_be_focused()
    await page.keyboard.insert_text("제주")
    await expect(page.get_by_role("option", name="제주 2박 3일 일정")).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/chat/{made['id']}")


async def test_escape_gives_the_focus_back(open_page: OpenPage) -> None:
    page = await open_page("/settings/look")
    find = page.get_by_role("button", name="찾기")
    await find.press("Enter")
    await expect(page.get_by_role("combobox")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(find).to_be_focused()


async def test_the_first_tab_leads_past_the_menu(open_page: OpenPage) -> None:
    page = await open_page("/settings/look")
    await page.reload()
    await page.locator("md-settings-look input").first.wait_for()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="본문으로 건너뛰기")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()


async def test_nothing_is_wider_than_a_narrow_phone(open_page: OpenPage) -> None:
    page = await open_page("/settings", size=(320, 640), language="en")
    for part in ("providers", "models", "builtin", "limits", "cache", "look", "tokens", "sessions", "about"):
        await page.evaluate(
            "(path) => { history.pushState(null, '', `/settings/${path}`); dispatchEvent(new Event('popstate')) }", part
        )
        await page.locator(f"md-settings-{part}:not([aria-busy])").wait_for()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 320, part


async def test_on_a_phone_settings_begin_with_their_list(open_page: OpenPage) -> None:
    page = await open_page("/settings", size=PHONE)
    await page.get_by_role("link", name="한도").click()
    await expect(page.get_by_role("heading", name="한도", exact=True)).to_be_visible()
    await page.locator(".settings__back").click()
    await expect(page.get_by_role("link", name="한도")).to_be_visible()
