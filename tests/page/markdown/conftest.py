"""A page with the Markdown harness loaded, on a server that has nothing but the frontend's files."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import JSHandle, Page

from tests.page.site import Site, frontend_site
from tests.support.browser import Chromium

HARNESS = Path(__file__).parent / "harness.js"


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with frontend_site(harness=HARNESS) as running:
        yield running


@pytest.fixture
async def page(site: Site, chromium: Chromium) -> Page:
    page = await chromium.page(language="en")
    await page.goto(site.url)
    return page


@pytest.fixture
async def harness(page: Page) -> JSHandle:
    loaded = await page.evaluate_handle("import('/harness.js')")
    await loaded.evaluate("harness => harness.start()")
    return loaded
