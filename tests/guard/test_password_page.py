"""Signing in by password at a Madang that other machines reach, through the real page and the real argon2."""

import asyncio
import time

import httpx
import pytest
from playwright.async_api import expect

from tests.conftest import StartServer
from tests.support.browser import Chromium, Language
from tests.support.server import Server

PASSWORD = "an old oak tree"
LABEL = {"ko": "비밀번호", "en": "Password"}
WRONG = {"ko": "비밀번호가 맞지 않아요.", "en": "That is not the password."}
BRAKED = {"ko": "여러 번 틀려서 잠시 막았어요.", "en": "Too many wrong tries."}
pytestmark = pytest.mark.browser


def exposed(start_server: StartServer) -> Server:
    return start_server(MADANG_HOST="0.0.0.0", MADANG_PASSWORD=PASSWORD, MADANG_ALLOWED_ORIGINS="https://yard.example")


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_WEB_12_a_wrong_password_and_too_many_of_them_are_said_on_the_page(
    start_server: StartServer, chromium: Chromium, language: Language
) -> None:
    server = exposed(start_server)
    chromium.watch.allow("401|429")
    page = await chromium.page(language=language)
    await page.goto(f"{server.url}/settings/about")
    box = page.get_by_label(LABEL[language])

    await box.fill("an old elm tree")
    await box.press("Enter")
    await expect(page.get_by_text(WRONG[language])).to_be_visible(timeout=30_000)
    assert "an old elm tree" not in server.output + (server.data_dir / "logs" / "madang.log").read_text()

    wait_seconds = guess(server)
    await box.fill(PASSWORD)
    await box.press("Enter")
    await expect(page.get_by_text(BRAKED[language])).to_be_visible(timeout=30_000)

    await asyncio.sleep(wait_seconds)
    await box.press("Enter")
    await expect(box).to_have_count(0, timeout=30_000)
    assert await page.evaluate("() => Object.keys(localStorage).length") > 0


def guess(server: Server) -> int:
    """Guess until the brake holds for a while that no slow machine sleeps through; return how long it holds."""
    with httpx.Client(base_url=server.url, timeout=60) as client:
        while True:
            answer = client.post("/api/session", json={"code": "guessed"})
            wait_seconds = int(answer.headers.get("retry-after", 0))
            if wait_seconds >= 8:
                return wait_seconds
            time.sleep(wait_seconds)
