"""A provider and its key added on the page, and the first question to it; nobody else begins to answer unasked."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from madang.gateway.fake_upstream import FakeUpstream, Say
from tests.conftest import StartServer
from tests.support.browser import Chromium
from tests.support.server import Server

pytestmark = pytest.mark.browser

KEY = "sk-house-0123456789-abcd"


@pytest_asyncio.fixture
async def household() -> AsyncIterator[FakeUpstream]:
    """The model server that answers so far, without a key."""
    async with FakeUpstream(Say("From the **household**."), models=["hearth"]) as fake:
        yield fake


@pytest_asyncio.fixture
async def company() -> AsyncIterator[FakeUpstream]:
    """The provider that is added: it answers nobody without its key."""
    async with FakeUpstream(Say("From the **company**."), models=["desk"], api_key=KEY) as fake:
        yield fake


async def come_in(server: Server, chromium: Chromium) -> Page:
    page = await chromium.page(language="ko")
    await page.goto(server.sign_in_url)
    await expect(page.locator("md-line[data-line=open]")).to_be_visible()
    return page


async def add_provider(page: Page, address: str, key: str) -> None:
    """Go from the chat to the settings and fill in what a person knows of a provider."""
    await page.get_by_role("link", name="설정").click()
    await page.get_by_role("button", name="다른 제공자 더하기").click()
    await page.get_by_label("이름").fill("회사")
    await page.get_by_label("주소").fill(address)
    await page.get_by_label("키 (있으면)").fill(key)
    await page.keyboard.press("Enter")


async def ask(page: Page, text: str, answer: str) -> None:
    await page.get_by_label("보낼 글").fill(text)
    await page.keyboard.press("Enter")
    await expect(page.locator(".turn", has_text=text).locator(".markdown strong")).to_have_text(answer)


async def test_with_nobody_else_to_answer_a_new_provider_answers_at_once(
    start_server: StartServer, chromium: Chromium, company: FakeUpstream
) -> None:
    page = await come_in(start_server(), chromium)
    await add_provider(page, company.base_url, KEY)
    await expect(page.get_by_role("region", name="회사").get_by_text("잘 돼요")).to_be_visible()
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.get_by_role("link", name="대화", exact=True).click()
    await ask(page, "안녕", "company")
    assert [request.headers.get("authorization") for request in company.requests][-1] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("choice", "default", "answer"), [("지금 모델 그대로", "hearth", "household"), ("이제부터 쓰기", "desk", "company")]
)
async def test_a_conversation_goes_over_to_a_new_provider_only_when_the_person_says_so(
    start_server: StartServer,
    chromium: Chromium,
    household: FakeUpstream,
    company: FakeUpstream,
    choice: str,
    default: str,
    answer: str,
) -> None:
    page = await come_in(start_server(OPENAI_BASE_URL=household.base_url), chromium)
    await ask(page, "안녕", "household")
    conversation = page.url
    await add_provider(page, company.base_url, KEY)
    question = page.get_by_role("dialog", name="이제 desk가 답하게 할까요?")
    await expect(question).to_contain_text("나누던 대화도")
    await expect(question.get_by_role("button", name="지금 모델 그대로")).to_be_focused()
    await question.get_by_role("button", name=choice).click()
    await page.get_by_role("link", name="모델과 기본값").click()
    await expect(page.get_by_label("기본 모델").locator("option:checked")).to_have_text(default)
    await page.goto(conversation)
    await ask(page, "누구세요?", answer)


async def test_a_key_moves_no_conversation_even_before_the_question_is_answered(
    start_server: StartServer, chromium: Chromium, tmp_path: Path
) -> None:
    """A key for OpenAI would make it the preferred provider; the built-in model stays the default all along."""
    chromium.watch.allow("ERR_CONNECTION|Failed to load")
    server = start_server(MADANG_BUILTIN="on", MADANG_BUILTIN_DIR=str(tmp_path), HTTPS_PROXY="http://127.0.0.1:9")
    page = await come_in(server, chromium)
    await page.get_by_role("link", name="설정").click()
    await page.get_by_role("button", name="키 넣기").click()
    await page.get_by_label("키", exact=True).fill(KEY)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("키는 저장했지만")).to_be_visible()
    with server.client() as client:
        models = client.get("/api/settings/models").json()
        assert client.get("/api/settings").json()["default_model"].startswith("builtin/")
    assert [model["provider"] for model in models if model["is_default"]] == ["builtin"]
