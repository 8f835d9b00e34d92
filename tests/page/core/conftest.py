"""One page with the core's harness loaded, in Korean, on a server that has nothing but the frontend's files."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, JSHandle

from tests.page.site import frontend_site
from tests.support import browser

HARNESS = Path(__file__).parent / "harness.js"


# The tests only ask questions, so a module's tests share one browser.
@pytest_asyncio.fixture(scope="module")
async def loaded(chromium_process: Browser) -> AsyncIterator[JSHandle]:
    async with frontend_site(harness=HARNESS) as site, browser.watched(chromium_process) as chromium:
        page = await chromium.page(language="ko")
        await page.goto(site.url)
        yield await page.evaluate_handle("import('/harness.js')")


@pytest_asyncio.fixture
async def core(loaded: JSHandle) -> JSHandle:
    await loaded.evaluate("core => core.setLanguage('ko')")
    return loaded
