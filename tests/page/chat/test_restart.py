"""The process dies in mid-answer while the page looks on: the words are kept, marked, and can be continued."""

import re
import socket

import pytest
from playwright.async_api import expect

from madang.gateway.fake_upstream import FakeUpstream
from tests.conftest import StartServer
from tests.page.chat.conftest import scripted
from tests.page.chat.test_turns import ask
from tests.support.browser import Chromium

pytestmark = pytest.mark.browser


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_an_answer_cut_by_a_killed_process_is_interrupted_and_continues(
    start_server: StartServer, chromium: Chromium
) -> None:
    chromium.watch.allow("WebSocket connection|Failed to load resource|ERR_CONNECTION")
    async with FakeUpstream(scripted, models=["tiny"]) as upstream:
        server = start_server(
            OPENAI_BASE_URL=upstream.base_url,
            OPENAI_API_KEY="sk-test-key",
            MADANG_MODEL="env/tiny",
            MADANG_PORT=str(free_port()),
        )
        page = await chromium.page(language="en")
        await page.goto(server.sign_in_url)
        await ask(page, "slow death")
        await expect(page.locator(".markdown")).to_contain_text("word20 ")
        server.kill()
        seen = await page.locator(".markdown").inner_text()
        server.start()
        turn = page.locator(".turn")
        await expect(turn).to_have_attribute("data-status", "interrupted", timeout=30_000)
        kept = await page.locator(".markdown").inner_text()
        assert kept.startswith(seen.strip())
        await page.locator("[data-tool=continue]").click()
        await expect(turn).to_have_attribute("data-status", "done", timeout=30_000)
        await expect(page.locator(".markdown")).to_have_text(re.compile("^" + re.escape(kept.strip()[:40])))
