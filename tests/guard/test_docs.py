"""The interactive description of the API, under a policy of its own; any violation of it fails the test."""

import pytest

from madang.guard.headers import CSP, DOCS_CSP
from tests.conftest import StartServer
from tests.support.browser import Chromium


@pytest.mark.browser
async def test_WEB_21_the_description_works_for_who_is_signed_in(start_server: StartServer, chromium: Chromium) -> None:
    server = start_server()
    page = await chromium.page(language="en")
    async with page.expect_response(lambda one: one.url.endswith("/api/session") and one.status == 201):
        await page.goto(server.sign_in_url)
    answer = await page.goto(f"{server.url}/docs")
    assert answer is not None
    assert await answer.header_value("content-security-policy") == DOCS_CSP
    block = page.locator("#operations-settings-read_api_settings_get")
    await block.locator(".opblock-summary").click()
    await block.get_by_text("Try it out").click()
    await block.get_by_text("Execute").click()
    status = block.locator(".live-responses-table .response-col_status").last
    await status.filter(has_text="200").wait_for()


def test_the_description_loads_nothing_from_elsewhere_and_runs_nothing_written_into_it() -> None:
    assert "unsafe" not in CSP + DOCS_CSP
    assert "http" not in CSP + DOCS_CSP
