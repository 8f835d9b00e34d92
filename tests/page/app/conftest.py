"""One Madang and one Chromium for a module's tests; each test opens pages of its own."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.support import browser
from tests.support.server import Server, running

OpenPage = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("house")
    with running(folder, MADANG_PASSWORD="열려라 참깨, 오늘도") as server:
        yield server


@pytest_asyncio.fixture(scope="module")
async def chrome(house: Server, chromium_process: Browser) -> AsyncIterator[browser.Chromium]:
    """Takes the house only to end before it: a page that loses its server says so on the console."""
    async with browser.watched(chromium_process) as started:
        yield started


@pytest.fixture
def link(house: Server) -> Callable[[], str]:
    """Make fresh sign-in addresses, as `madang signin` does."""

    def make() -> str:
        bearer = {"Authorization": f"Bearer {house.runtime['control_key']}"}
        code = httpx.post(f"{house.url}/api/session/code", headers=bearer).raise_for_status().json()["code"]
        return f"{house.url}/#code={code}"

    return make


@pytest_asyncio.fixture
async def open_page(chrome: browser.Chromium, link: Callable[[], str]) -> AsyncIterator[OpenPage]:
    """Open a path as somebody who has just signed in: `open_page("/settings/look", language="en")`."""

    pages: list[Page] = []

    async def open_(path: str, **how: Any) -> Page:
        page = await chrome.page(**how)
        pages.append(page)
        await page.goto(link().replace("/#", f"{path}#"))
        await page.locator("md-rail").wait_for()
        await page.wait_for_function("() => !location.hash && !document.querySelector('md-door')")
        return page

    yield open_
    for page in pages:
        await page.context.close()
