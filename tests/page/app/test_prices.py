"""Prices as a person uses them: told with where they are from, set, and set back."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from madang.gateway.fake_upstream import FakeUpstream, Say
from tests.page.app.conftest import OpenPage
from tests.support.browser import Chromium
from tests.support.price_list import PriceListPlace, price_list, price_list_place
from tests.support.server import Server, running

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture(scope="module")
async def place() -> AsyncIterator[PriceListPlace]:
    async with price_list_place(price_list()) as opened:
        yield opened


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, place: PriceListPlace) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("house"), MADANG_PRICE_LIST_URL=place.url) as server:
        yield server


async def test_a_price_is_told_set_and_set_back(house: Server, open_page: OpenPage) -> None:
    async with FakeUpstream(Say("안녕"), models=["gpt-4o-mini", "my-own"]) as fake:
        with house.client() as client:
            added = client.post("/api/settings/providers", json={"name": "가게", "base_url": fake.base_url}).json()
            page = await open_page("/settings/models")
            listed = page.locator(f"[data-model='{added['id']}/gpt-4o-mini']")
            await expect(listed.get_by_text("입력 $0.15 · 출력 $0.60")).to_be_visible()
            await expect(listed.get_by_text("가게 · 가격표 (")).to_be_visible()
            unknown = page.locator(f"[data-model='{added['id']}/my-own']")
            await expect(unknown.get_by_text("가격표에 없어요")).to_be_visible()
            await unknown.get_by_role("button", name="가격 정하기").click()
            dialog = page.get_by_role("dialog")
            await dialog.get_by_label("입력 토큰", exact=True).fill("2")
            await dialog.get_by_role("button", name="저장").click()
            await expect(dialog.get_by_label("출력 토큰")).to_be_focused()
            await dialog.get_by_label("출력 토큰").fill("3.5")
            await dialog.get_by_role("button", name="저장").click()
            await expect(unknown.get_by_text("입력 $2.00 · 출력 $3.50")).to_be_visible()
            await expect(unknown.get_by_text("직접 정했어요")).to_be_visible()
            known = {one["id"]: one["price"] for one in client.get("/api/settings/prices").json()["models"]}
            assert known[f"{added['id']}/my-own"]["output_microusd_per_mtok"] == 3_500_000
            await unknown.get_by_role("button", name="되돌리기").click()
            await expect(unknown.get_by_text("가격 모름")).to_be_visible()
            client.delete(f"/api/settings/providers/{added['id']}").raise_for_status()


async def test_a_question_to_a_model_of_unknown_price_waits_for_one_decision(
    house: Server, open_page: OpenPage
) -> None:
    async with FakeUpstream(Say("맑아요", usage={"prompt_tokens": 4, "completion_tokens": 2})) as fake:
        with house.client() as client:
            client.patch("/api/settings", json={"title_calls": False}).raise_for_status()
            added = client.post("/api/settings/providers", json={"name": "가게", "base_url": fake.base_url}).json()[
                "id"
            ]
            cap = {"scope": "all", "subject": "", "window": "day", "limit_microusd": 1_000_000}
            limit = client.post("/api/settings/caps", json=cap).json()["id"]
            page = await ask(house, open_page, f"{added}/dear")
            problem = page.get_by_role("group", name="무엇이 잘못되었는지")
            await problem.get_by_role("button", name="계속 묻지 않기").click()
            await expect(problem.get_by_role("status")).to_contain_text("묻지 않을게요")
            await page.get_by_role("button", name="다시 묻기").click()
            await expect(page.locator("md-chat-turn").last).to_have_attribute("data-status", "error")
            await expect(page.get_by_role("button", name="공짜로 쓰기")).to_have_count(0)
            page = await ask(house, open_page, f"{added}/own")
            await page.get_by_role("button", name="가격 적기").click()
            dialog = page.get_by_role("dialog")
            await dialog.get_by_label("입력 토큰", exact=True).fill("1000")
            await dialog.get_by_label("출력 토큰").fill("3000")
            await dialog.get_by_role("button", name="저장").click()
            turn = page.locator("md-chat-turn").last
            await expect(turn).to_contain_text("맑아요")
            await expect(turn).to_contain_text("제주도 날씨 어때?")
            await expect(turn.locator("footer")).to_contain_text("$0.01")
            assert len(fake.requests) == 1
            client.patch("/api/settings", json={"default_model": None}).raise_for_status()
            client.delete(f"/api/settings/caps/{limit}").raise_for_status()
            client.delete(f"/api/settings/providers/{added}").raise_for_status()


async def test_the_price_list_is_fetched_on_request_and_taken_back(
    open_page: OpenPage, chrome: Chromium, place: PriceListPlace
) -> None:
    page = await open_page("/settings/models")
    update = page.get_by_role("button", name="가격표 새로 받기")
    await expect(page.get_by_text("함께 온 가격표는")).to_be_visible()
    assert place.asked == 0
    await update.click()
    await expect(page.get_by_text("새로 받은 가격표를 쓰고 있어요")).to_be_visible()
    chrome.watch.allow("502")
    place.content = b"<html>"
    await update.click()
    await expect(page.get_by_text("가격표의 형식이 아니어서")).to_be_visible()
    await expect(page.get_by_text("새로 받은 가격표를 쓰고 있어요")).to_be_visible()
    await page.get_by_role("button", name="함께 온 가격표로 되돌리기").click()
    await expect(page.get_by_text("함께 온 가격표는")).to_be_visible()
    assert place.asked == 2


async def ask(house: Server, open_page: OpenPage, model: str) -> Page:
    with house.client() as client:
        client.patch("/api/settings", json={"default_model": model}).raise_for_status()
    page = await open_page("/chat")
    await page.locator("textarea").first.fill("제주도 날씨 어때?")
    await page.locator("textarea").first.press("Enter")
    await expect(page.locator("md-chat-turn").last).to_have_attribute("data-status", "error")
    return page
