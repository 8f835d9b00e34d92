"""Each way a provider fails is told in the reader's language, with what can be done about it."""

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from madang.gateway.fake_upstream import FakeUpstream, Fault, Received, Say, Status, Turn
from tests.support import browser
from tests.support.browser import Chromium, Language
from tests.support.server import Server, running

pytestmark = pytest.mark.browser
LOCALES = Path(__file__).parents[3] / "frontend" / "locales"
LANGUAGES: tuple[Language, ...] = ("ko", "en")
PATIENT = 60_000
PRICES = {"price_input_microusd_per_mtok": 1_000_000, "price_output_microusd_per_mtok": 1_000_000}


@dataclass(frozen=True, slots=True)
class Kind:
    """A fault, and what the page shows of it: a sentence in a box or on a chip, the page that helps, the buttons."""

    turn: Turn
    status: str
    sentence: str
    help: str | None = None
    tools: str = "retry edit"
    says: str | None = None


AFTER_WORDS = "continue retry copy edit"
KINDS = {
    "quota": Kind(
        Status(429, "You exceeded your current quota", "insufficient_quota"),
        "error",
        "errors.upstream.no_credit",
        "providers",
        says="You exceeded your current quota",
    ),
    "bad key": Kind(
        Status(401, "Incorrect API key provided", "invalid_api_key"),
        "error",
        "errors.upstream.wrong_key",
        "providers",
        says="Incorrect API key provided",
    ),
    "too long": Kind(
        Status(400, "maximum context length is 8", "context_length_exceeded"),
        "error",
        "errors.upstream.context_too_long",
        "models",
        says="maximum context length is 8",
    ),
    "no such model": Kind(
        Status(404, "The model `tiny` does not exist", "model_not_found"),
        "error",
        "errors.upstream.model_not_found",
        "models",
        says="The model `tiny` does not exist",
    ),
    "tomorrow": Kind(Status.rate_limited("86400"), "error", "errors.upstream.rate_limited", says="slow down"),
    "too busy": Kind(Status(529, "overloaded"), "error", "errors.upstream.overloaded", says="overloaded"),
    "a web page": Kind(Fault.html, "error", "errors.upstream.not_an_answer", "providers"),
    "elsewhere": Kind(Fault.redirect("http://127.0.0.1:9/v1"), "error", "errors.upstream.redirected", "providers"),
    "silence": Kind(Fault.stall_after_headers, "error", "errors.upstream.timeout"),
    "stalled": Kind(Fault.stall_mid_stream, "incomplete", "errors.upstream.stalled", tools=AFTER_WORDS),
    "cut off": Kind(Fault.reset_mid_stream, "incomplete", "errors.upstream.incomplete", tools=AFTER_WORDS),
    "filtered": Kind(
        Say("So far", finish_reason="content_filter"), "done", "chat.status.filtered", tools="retry copy edit"
    ),
    "too long an answer": Kind(
        Say("So far", finish_reason="length"), "done", "chat.status.capped", "limits", tools=AFTER_WORDS
    ),
    "a tool": Kind(Say("", finish_reason="tool_calls"), "done", "chat.status.tool_calls"),
    "nothing": Kind(Say(""), "done", "chat.status.empty"),
    "down": Kind("never", "error", "errors.upstream.unreachable.refused", "providers"),
}


def by_kind(request: Received) -> Turn:
    """Answer by the name of the fault; what is asked to go on comes to its end."""
    if request.prompt in KINDS:
        return KINDS[request.prompt].turn
    return Status.rate_limited("100") if request.prompt == "a pause" else Say(" and here it ends.")


@dataclass(slots=True)
class House:
    """A server whose provider fails as it is asked to, and a page in each language."""

    upstream: FakeUpstream
    server: Server
    person: httpx.AsyncClient
    pages: dict[Language, Page]
    model: str = ""
    dead_model: str = ""

    async def ask(self, content: str) -> str:
        """Ask, look at the conversation on both pages, and return the turn's id."""
        model = self.dead_model if content == "down" else self.model
        body = {"content": content, "model": model, "wait": False, "cache": "off"}
        accepted = (await self.person.post("/api/chat", json=body)).raise_for_status().json()
        await asyncio.gather(
            *(page.goto(f"{self.server.url}/chat/{accepted['conversation_id']}") for page in self.pages.values())
        )
        return str(accepted["turn_id"])


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, chromium_process: Browser) -> AsyncIterator[House]:
    patience = {"MADANG_UPSTREAM_LOCAL_FIRST_BYTE_TIMEOUT": "8", "MADANG_UPSTREAM_GAP_TIMEOUT": "8"}
    async with FakeUpstream(by_kind, models=["tiny"]) as upstream, browser.watched(chromium_process) as chromium:
        # What is damaged answers so.
        chromium.watch.allow(r"status of 500 .*/api/chat/conversations/\w+\?newest=\d+\)")
        with running(tmp_path_factory.mktemp("madang"), MADANG_DAILY_CAP_USD="1", **patience) as server:
            async with server.async_client() as person:
                pages = {language: await opened(chromium, server, language) for language in LANGUAGES}
                yield await with_models(House(upstream, server, person, pages))
                # A page that loses its server says so on the console.
                for page in pages.values():
                    await page.context.close()


async def opened(chromium: Chromium, server: Server, language: Language) -> Page:
    page = await chromium.page(language=language)
    credentials = server.sign_in()
    cookies = [{"name": name, "value": value, "url": server.url} for name, value in credentials.cookies.items()]
    await page.context.add_cookies(cookies)
    await page.context.add_init_script(f"localStorage.setItem('madang.token', JSON.stringify('{credentials.token}'))")
    return page


async def with_models(house: House) -> House:
    """Add the provider at a known price, and one at an address where nobody is."""
    async with FakeUpstream() as gone:
        pass
    ids = []
    for name, url in (("Paid", house.upstream.base_url), ("Gone", gone.base_url)):
        added = await house.person.post("/api/settings/providers", json={"name": name, "base_url": url, **PRICES})
        ids.append(added.raise_for_status().json()["id"])
    house.model, house.dead_model = (f"{each}/tiny" for each in ids)
    return house


def sentence(language: Language, key: str, **values: object) -> str:
    text = json.loads((LOCALES / f"{language}.json").read_text("utf-8"))[key]
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return str(text)


@pytest.mark.parametrize("name", KINDS)
async def test_UP_a_fault_is_told_with_what_can_be_done(house: House, name: str) -> None:
    kind = KINDS[name]
    await house.ask(name)
    for language, page in house.pages.items():
        turn = page.locator(".turn")
        await expect(turn).to_have_attribute("data-status", kind.status, timeout=PATIENT)
        if kind.sentence.startswith("errors."):
            said = sentence(language, kind.sentence)
            if kind.says:
                said = sentence(language, "errors.provider_says", sentence=said, words=kind.says)
            await expect(turn.locator(".problem p").first).to_have_text(said)
        else:
            await expect(turn.locator(".receipt .chip").first).to_have_text(
                sentence(language, kind.sentence, tokens="8,192")
            )
            await expect(turn.locator(".problem")).to_have_count(0)
        helping = turn.locator("a[href^='/settings/']")
        await expect(helping).to_have_count(1 if kind.help else 0)
        if kind.help:
            await expect(helping).to_have_attribute("href", f"/settings/{kind.help}")
            await expect(helping).to_have_text(re.compile(r"\S"))
        offered = [await tool.get_attribute("data-tool") for tool in await turn.locator("button[data-tool]").all()]
        assert offered == kind.tools.split()


async def test_UP_01_a_limit_until_tomorrow_says_when_it_ends(house: House) -> None:
    await house.ask("tomorrow")
    for page in house.pages.values():
        await expect(page.locator(".problem p").nth(1)).to_have_text(re.compile(r"\d{1,2}:\d{2}"), timeout=PATIENT)


async def test_UP_01_a_pause_is_counted_down_and_can_be_stopped(house: House) -> None:
    asked = len(house.upstream.requests)
    await house.ask("a pause")
    for language, page in house.pages.items():
        begin, _, end = sentence(language, "chat.waiting.rate_limited_in").partition("{time}")
        counting = re.compile(re.escape(begin) + r"(\d+)\S* ?" + re.escape(end.lstrip()))
        words = page.locator(".waiting__words")
        await expect(words).to_have_text(counting, timeout=PATIENT)
        first = await words.inner_text()
        await expect(words).not_to_have_text(first, timeout=PATIENT)
        left = [int(re.search(r"\d+", text).group()) for text in (first, await words.inner_text())]
        assert 100 >= left[0] > left[1] > 0
    await house.pages["ko"].locator("button[data-tool=stop]").click()
    for page in house.pages.values():
        await expect(page.locator(".turn")).to_have_attribute("data-status", "cancelled", timeout=PATIENT)
    assert len(house.upstream.requests) == asked + 1


async def test_UP_05_an_answer_that_was_cut_off_goes_on_where_it_stopped(house: House) -> None:
    await house.ask("cut off")
    page = house.pages["en"]
    await expect(page.locator(".markdown")).to_have_text(Fault.SAID, timeout=PATIENT)
    await page.locator("button[data-tool=continue]").click()
    await expect(page.locator(".turn")).to_have_attribute("data-status", "done", timeout=PATIENT)
    await expect(page.locator(".markdown")).to_have_text(f"{Fault.SAID} and here it ends.")
    await expect(page.locator(".problem")).to_have_count(0)


async def test_CACHE_03_a_damaged_conversation_is_told_and_listed_as_one(house: House) -> None:
    turn_id = await house.ask("nothing")
    for page in house.pages.values():
        await expect(page.locator(".turn")).to_have_attribute("data-status", "done", timeout=PATIENT)
    with closing(sqlite3.connect(house.server.data_dir / "madang.sqlite3", isolation_level=None)) as database:
        of_turn = "(SELECT conversation_id FROM turns WHERE id = ?)"
        database.execute(f"UPDATE conversations SET options = 'forged' WHERE id = {of_turn}", [turn_id])
    for language, page in house.pages.items():
        await page.reload()
        await expect(page.get_by_text(sentence(language, "errors.db.damaged_row"))).to_be_visible(timeout=PATIENT)
        listed = page.get_by_role("link", name=sentence(language, "chat.damaged", title="nothing"), exact=True)
        await expect(listed).to_be_visible(timeout=PATIENT)


async def test_a_cap_that_stops_a_question_is_named_with_what_it_has_taken(house: House) -> None:
    cap = {"scope": "model", "subject": house.model, "window": "month", "limit_microusd": 0}
    made = (await house.person.post("/api/settings/caps", json=cap)).raise_for_status().json()
    asked = len(house.upstream.requests)
    try:
        await house.ask("capped")
        for language, page in house.pages.items():
            problem = page.locator(".problem")
            await expect(problem).to_contain_text(
                sentence(language, "errors.gateway.budget_reached"), timeout=PATIENT
            )  # fmt: skip
            await expect(problem).to_contain_text({"ko": "모델 하나 · 한 달", "en": "One model · per month"}[language])
            await expect(problem).to_contain_text({"ko": "처음부터 다시", "en": "starts again"}[language])
            await expect(problem.get_by_role("link")).to_have_attribute("href", "/settings/limits")
        assert len(house.upstream.requests) == asked
    finally:
        (await house.person.delete(f"/api/settings/caps/{made['id']}")).raise_for_status()
