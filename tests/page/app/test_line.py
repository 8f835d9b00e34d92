"""The line to the server: that it is lost is said, and it comes back by itself."""

import socket

import pytest
from playwright.async_api import expect

from tests.conftest import StartServer
from tests.support.browser import Chromium

pytestmark = pytest.mark.browser


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


async def test_a_server_that_comes_back_is_found_again_and_nobody_has_to_sign_in(
    start_server: StartServer, chromium: Chromium
) -> None:
    chromium.watch.allow("WebSocket|ERR_CONNECTION|Failed to load resource")
    server = start_server(MADANG_PORT=str(free_port()))
    page = await chromium.page(language="ko")
    await page.goto(server.sign_in_url)
    line = page.locator("md-line")
    await expect(line).to_contain_text("연결됨")
    server.kill()
    await expect(line).to_contain_text("끊김", timeout=15_000)
    await expect(line.get_by_role("status")).to_contain_text("다시 잇고 있어요")
    server.start()
    await expect(line).to_contain_text("연결됨", timeout=20_000)
    await expect(line.get_by_role("status")).to_have_text("다시 연결됐어요.")
    await page.goto(f"{server.url}/settings/about")
    await expect(page.get_by_role("heading", name="마당에 대하여")).to_be_visible()
