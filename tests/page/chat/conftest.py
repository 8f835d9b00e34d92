"""The chat page as a person has it: a real server, a scripted provider behind it, and a signed-in browser before it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from madang.gateway.fake_upstream import FakeUpstream, Received, Say, Status, Turn
from tests.support import browser
from tests.support.browser import Chromium, Language
from tests.support.server import Server, running
from tests.support.visit import signed_in_page

Open = Callable[..., Awaitable[Page]]
SLOW_WORDS = 120


def slow_answer(words: int = SLOW_WORDS) -> str:
    """An answer whose words are all different, so that a doubled or missing one shows."""
    return " ".join(f"word{number}" for number in range(words))


def scripted(request: Received) -> Turn:
    """Answer by what is asked: slowly to `slow`, else at once with the question in it."""
    if "slow" in request.prompt:
        return Say(slow_answer(), per_token_delay=0.02)
    if "refuse" in request.prompt:
        return Status(401, "Incorrect API key provided", "invalid_api_key")
    return Say(f"You said **{request.prompt}**.", cached_tokens=2)


@dataclass(frozen=True, slots=True)
class House:
    """What the tests of a module share: a provider, a server and a browser. Each test has pages of its own."""

    upstream: FakeUpstream
    server: Server
    chromium: Chromium


@pytest_asyncio.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, chromium_process: Browser) -> AsyncIterator[House]:
    async with FakeUpstream(scripted, models=["tiny"]) as upstream, browser.watched(chromium_process) as chromium:
        known = {"OPENAI_BASE_URL": upstream.base_url, "OPENAI_API_KEY": "sk-test-key", "MADANG_MODEL": "env/tiny"}
        known["MADANG_UPSTREAM_VECTOR_TIMEOUT"] = "60"
        with running(tmp_path_factory.mktemp("madang"), **known) as server:
            yield House(upstream, server, chromium)


@pytest_asyncio.fixture
async def upstream(house: House) -> FakeUpstream:
    return house.upstream


@pytest_asyncio.fixture
async def open_chat(house: House) -> AsyncIterator[Open]:
    """Open the chat page in a browser of its own that is signed in: `open_chat(language="en", path="/chat")`."""
    pages: list[Page] = []

    async def opened(path: str = "/chat", language: Language = "en", **how: Any) -> Page:
        page = await signed_in_page(house.chromium, house.server, path, language=language, **how)
        pages.append(page)
        return page

    yield opened
    for page in pages:
        await page.context.close()


@pytest_asyncio.fixture
async def page(open_chat: Open) -> Page:
    return await open_chat()
