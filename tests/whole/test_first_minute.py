"""The first minute: no key, no account, the address from the terminal, and an answer of the real built-in model."""

import re

import pytest

from tests.conftest import StartServer
from tests.support.browser import Chromium
from tests.support.builtin import shared_folder
from tests.support.server import Server

pytestmark = [pytest.mark.builtin, pytest.mark.browser, pytest.mark.slow]
PATIENCE_MS = 240_000


def bare(start_server: StartServer) -> Server:
    return start_server(MADANG_BUILTIN="on", MADANG_BUILTIN_DIR=str(shared_folder()))


async def test_a_person_signs_in_asks_in_korean_and_sees_who_answered(
    start_server: StartServer, chromium: Chromium
) -> None:
    page = await chromium.page(language="ko")
    await page.goto(bare(start_server).sign_in_url)
    composer = page.locator("textarea").first
    await composer.fill("안녕하세요, 자기소개 해줘")
    await composer.press("Enter")
    await page.get_by_text("작은 내장 모델").first.wait_for(timeout=PATIENCE_MS)
    answer = await page.locator(".answer").first.inner_text()
    assert re.search("[가-힣]{2}", answer)
    assert "#code=" not in page.url


def test_an_english_text_is_summarised_for_nothing_and_kept(start_server: StartServer) -> None:
    question = "Summarise: The council voted to close Elm Street to cars on weekends, since shop sales rose 12 percent."
    with bare(start_server).client() as person:
        first = person.post("/api/chat", json={"content": question}, timeout=240).raise_for_status().json()
        again = person.post("/api/chat", json={"content": question}, timeout=240).raise_for_status().json()
    assert first["status"] == "done"
    assert "Elm Street" in first["content"]
    receipt = first["receipt"]
    assert (receipt["provider"], receipt["is_free"], receipt["cost_microusd"]) == ("builtin", True, 0)
    assert receipt["prompt_tokens"] > 0
    assert receipt["completion_tokens"] > 0
    assert (again["receipt"]["cache"], again["content"]) == ("hit", first["content"])
