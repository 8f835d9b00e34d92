"""Coming in and going out: by link, by code, by password, and when a session ends under one's hands."""

from collections.abc import Callable

import pytest
from playwright.async_api import expect

from tests.page.app.conftest import OpenPage
from tests.support.browser import Chromium
from tests.support.server import Server

pytestmark = pytest.mark.browser


async def test_a_link_lets_in_and_its_code_leaves_the_address(open_page: OpenPage) -> None:
    page = await open_page("/settings/look")
    await expect(page.get_by_role("heading", name="언어와 화면")).to_be_visible()
    assert "code" not in page.url
    await page.go_back()
    assert "code" not in page.url


async def test_without_a_session_the_door_says_how_to_come_in(house: Server, chrome: Chromium) -> None:
    page = await chrome.page(language="en")
    await page.goto(f"{house.url}/chat")
    await expect(page.get_by_text("madang signin", exact=True)).to_be_visible()
    await expect(page.get_by_role("heading", name="Come into your yard")).to_be_visible()


async def test_a_spent_link_is_said_to_be_spent(house: Server, chrome: Chromium) -> None:
    page = await chrome.page(language="ko")
    chrome.watch.allow("401")
    await page.goto(f"{house.url}/#code=spent")
    await expect(page.get_by_text("이미 썼거나 시간이 지났어요")).to_be_visible()
    assert "spent" not in page.url


async def test_the_password_opens_the_door_too(house: Server, chrome: Chromium) -> None:
    page = await chrome.page(language="ko")
    await page.goto(f"{house.url}/settings/about")
    await page.get_by_label("비밀번호").fill("열려라 참깨, 오늘도")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="마당에 대하여")).to_be_visible()


async def test_a_pasted_link_is_as_good_as_an_opened_one(
    house: Server, chrome: Chromium, link: Callable[[], str]
) -> None:
    page = await chrome.page(language="en")
    await page.goto(f"{house.url}/settings/about")
    await page.get_by_label("Link or code").fill(link())
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="About Madang")).to_be_visible()


async def test_a_session_that_ends_leaves_what_was_typed(
    house: Server, chrome: Chromium, open_page: OpenPage, link: Callable[[], str]
) -> None:
    page = await open_page("/settings/models")
    prompt = page.get_by_label("지시문").first
    await prompt.press_sequentially("짧게 대답해 줘")
    chrome.watch.allow("401|WebSocket")
    with house.client() as elsewhere:
        elsewhere.delete("/api/session/all").raise_for_status()
    await expect(page.get_by_text("로그인이 끝났어요. 다시 들어오면")).to_be_visible(timeout=15_000)
    await page.get_by_label("링크 또는 코드").fill(link())
    await page.keyboard.press("Enter")
    await expect(page.locator("md-door")).to_have_count(0)
    await expect(prompt).to_have_value("짧게 대답해 줘")


async def test_signing_out_leaves_nothing_on_the_page(open_page: OpenPage) -> None:
    page = await open_page("/settings/sessions")
    await page.get_by_role("button", name="로그아웃", exact=True).click()
    await expect(page.get_by_role("heading", name="내 마당에 들어가기")).to_be_visible()
    assert await page.evaluate("() => localStorage.getItem('madang.token')") is None
    await expect(page.locator("md-settings-page")).to_have_count(0)
