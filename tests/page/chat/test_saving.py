"""Saving as a person sees it: a rule, tried while it is written and named on the receipt, and a conversation's cut."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from madang.gateway.fake_upstream import FakeUpstream, Received, Say
from tests.page.chat.conftest import House, Open
from tests.support import browser
from tests.support.server import running

pytestmark = pytest.mark.browser

USAGE = {"prompt_tokens": 100_000, "completion_tokens": 1000, "prompt_tokens_details": {"cached_tokens": 50_000}}


def named(request: Received) -> Say:
    """Answer with the name of the model that was asked."""
    return Say(f"this is {request.json['model']}", usage=USAGE)


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, chromium_process: Browser) -> AsyncIterator[House]:
    models = ["gpt-4o", "gpt-4o-mini"]
    async with FakeUpstream(named, models=models) as upstream, browser.watched(chromium_process) as chromium:
        known = {"OPENAI_BASE_URL": upstream.base_url, "OPENAI_API_KEY": "sk-test-key", "MADANG_MODEL": "env/gpt-4o"}
        with running(tmp_path_factory.mktemp("madang"), **known) as server:
            yield House(upstream, server, chromium)


async def counted(house: House, calls: int) -> None:
    """Wait until so many calls stand in the ledger."""

    def listed() -> int:
        with house.server.client() as client:
            today = datetime.now(UTC).date()
            days = {"from": str(today - timedelta(days=1)), "to": str(today)}
            return len(client.get("/api/usage/calls", params=days).raise_for_status().json()["items"])

    async with asyncio.timeout(60):
        while await asyncio.to_thread(listed) < calls:
            await asyncio.sleep(0.05)


async def test_a_rule_is_made_chooses_is_overruled_and_is_deleted(house: House, open_chat: Open) -> None:
    page = await open_chat()
    composer, answers, receipt = page.locator("#composer-input"), page.locator(".markdown"), page.locator(".receipt")
    await composer.fill("hello")
    await page.keyboard.press("Enter")
    await expect(answers).to_have_text("this is gpt-4o")
    await counted(house, 1)

    await page.goto(page.url.split("/chat")[0] + "/settings/saving")
    await page.get_by_role("button", name="Add a rule").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_text("Choose a model.")).to_be_visible()
    await dialog.get_by_label("Model that answers").select_option("env/gpt-4o-mini")
    await expect(dialog.get_by_text("Of 1 past question it would have sent 1 · about $")).to_be_visible()
    await dialog.get_by_label("Characters in the question").fill("4")
    await page.keyboard.press("Tab")
    await expect(dialog.get_by_text("Of 1 past question it would have sent 0")).to_be_visible()
    await dialog.get_by_label("Characters in the question").fill("20")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("switch", name="Short questions")).to_be_checked()

    await page.goto(page.url.split("/settings")[0] + "/chat")
    await composer.fill("and now?")
    await page.keyboard.press("Enter")
    await expect(answers).to_have_text("this is gpt-4o-mini")
    await expect(receipt).to_contain_text("Rule “Short questions” · about $")
    await page.get_by_role("button", name="Ask gpt-4o", exact=True).click()
    await expect(answers).to_have_text("this is gpt-4o")
    await expect(page.locator(".branches .number")).to_have_text("2/2")
    await expect(receipt).not_to_contain_text("Rule")
    await counted(house, 3)

    await page.goto(page.url.split("/chat")[0] + "/settings/saving")
    await expect(page.get_by_text("1 time in the last 30 days · about $")).to_be_visible()
    await expect(page.get_by_text("Hit rate 50%")).to_be_visible()
    await page.get_by_role("button", name="Delete").click()
    await dialog.get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("switch", name="Short questions")).to_be_hidden()


async def test_a_long_conversation_shows_where_the_model_begins_to_read(open_chat: Open) -> None:
    page = await open_chat()
    await page.goto(page.url.split("/chat")[0] + "/settings/saving")
    switch = page.get_by_role("switch", name="Leave out the beginning of long conversations")
    await switch.check()
    await page.get_by_label("Length from which on (tokens)").fill("1000")
    await page.keyboard.press("Tab")
    await expect(page.locator(".toast").filter(has_text="Saved").last).to_be_visible()

    await page.goto(page.url.split("/settings")[0] + "/chat")
    for number in range(1, 4):
        await page.locator("#composer-input").fill(f"{number} " + "가" * 450)
        await page.keyboard.press("Enter")
        await expect(page.locator(".turn[data-status=done]")).to_have_count(number)
    cut = page.locator(".turn__cut")
    await expect(cut).to_have_text("The model no longer sees what is above")
    await expect(page.locator(".turn", has=cut)).to_contain_text("2 가")
    await expect(page.locator(".receipt").last).to_contain_text("tokens left out")
    await page.reload()
    await expect(cut).to_have_count(1)

    await page.goto(page.url.split("/chat")[0] + "/settings/saving")
    await switch.uncheck()
    await expect(switch).not_to_be_checked()


async def test_the_slow_tier_is_allowed_for_one_provider_and_answers_get_a_limit(house: House, open_chat: Open) -> None:
    page = await open_chat()
    await page.goto(page.url.split("/chat")[0] + "/settings/saving")
    flex = page.get_by_role("switch", name="Use flex at ")
    await flex.check()
    await expect(page.locator(".toast").last).to_be_visible()
    await page.get_by_label("Longest answer (tokens)").fill("700")
    await page.keyboard.press("Tab")
    await expect(page.locator(".toast").last).to_be_visible()

    def chosen() -> tuple[list[str], int | None]:
        with house.server.client() as client:
            values = client.get("/api/settings").raise_for_status().json()
        return values["flex_providers"], values["max_tokens"]

    async with asyncio.timeout(60):
        while await asyncio.to_thread(chosen) != (["env"], 700):
            await asyncio.sleep(0.05)
    await page.reload()
    await expect(flex).to_be_checked()
    await expect(page.get_by_label("Longest answer (tokens)")).to_have_value("700")
