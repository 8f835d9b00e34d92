"""Settings as a person uses them, on the real server: what is chosen is kept, and a key never comes back."""

import asyncio

import pytest
from playwright.async_api import Page, expect

from madang.gateway.fake_upstream import FakeUpstream, Say
from tests.page.app.conftest import OpenPage
from tests.support.browser import Chromium
from tests.support.server import Server

pytestmark = pytest.mark.browser

KEY = "sk-proj-0a1B2c3D4e5F6g7H8i9J-wxyz"


async def say(page: Page, text: str) -> None:
    await expect(page.locator(".toast").filter(has_text=text).first).to_be_visible()


async def test_SEC_01_a_key_goes_in_and_never_comes_back(house: Server, open_page: OpenPage) -> None:
    page = await open_page("/settings/providers")
    await page.get_by_role("button", name="다른 제공자 더하기").click()
    await page.get_by_label("이름").fill("집 서버")
    await page.get_by_label("주소").fill("http://127.0.0.1:9/v1")
    await page.get_by_label("키 (있으면)").fill(KEY)
    await page.get_by_role("button", name="저장").click()
    card = page.get_by_role("region", name="집 서버")
    await expect(card.get_by_text("····wxyz")).to_be_visible()
    await page.reload()
    await expect(card.get_by_text("키 있음")).to_be_visible()
    shown = await page.content() + str(await page.evaluate("({ ...localStorage, ...sessionStorage })"))
    with house.client() as client:
        answers = [client.get(path).text for path in ("/api/keys", "/api/settings/providers", "/api/settings")]
    assert not any(KEY in text for text in (shown, *answers, house.output))


async def test_a_live_check_says_what_is_wrong_in_the_readers_language(open_page: OpenPage) -> None:
    page = await open_page("/settings/providers")
    await page.get_by_role("button", name="다른 제공자 더하기").click()
    await page.get_by_label("이름").fill("꺼진 서버")
    await page.get_by_label("주소").fill("http://127.0.0.1:9/v1")
    await page.get_by_role("button", name="저장").click()
    card = page.get_by_role("region", name="꺼진 서버")
    await card.get_by_role("button", name="확인하기").click()
    await expect(card.get_by_text("응답하지 않아요")).to_be_visible()


async def test_an_address_that_cannot_be_used_is_refused_beside_it(open_page: OpenPage, chrome: Chromium) -> None:
    page = await open_page("/settings/providers")
    chrome.watch.allow("422")
    await page.get_by_role("button", name="다른 제공자 더하기").click()
    await page.get_by_label("이름").fill("열린 서버")
    await page.get_by_label("주소").fill("http://models.example.org/v1")
    await page.get_by_role("button", name="저장").click()
    await expect(page.get_by_text("https://로 시작해야 해요")).to_be_visible()


async def test_an_unencrypted_address_asks_whether_that_is_right(open_page: OpenPage, chrome: Chromium) -> None:
    page = await open_page("/settings/providers")
    chrome.watch.allow("422")
    await page.get_by_role("button", name="다른 제공자 더하기").click()
    switch = page.get_by_role("switch", name="암호화하지 않고 보내도 돼요")
    address = page.get_by_label("주소")
    for safe in ("https://192.168.0.9/v1", "http://127.0.0.1:9/v1", "http://localhost:9/v1"):
        await address.fill(safe)
        await expect(switch).to_be_hidden()
    await page.get_by_label("이름").fill("다락 서버")
    await address.fill("http://192.168.0.9:11434/v1")
    await expect(switch).not_to_be_checked()
    await page.get_by_role("button", name="저장").click()
    await expect(page.get_by_text("암호화되지 않는 주소예요")).to_be_visible()


async def test_a_limit_is_added_changed_and_deleted_and_nonsense_is_not(house: Server, open_page: OpenPage) -> None:
    page = await open_page("/settings/limits")
    await page.get_by_role("button", name="한도 더하기").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("무엇에").select_option("feature")
    await dialog.get_by_label("기능 하나").select_option("title")
    await dialog.get_by_label("얼마 동안").select_option("month")
    limit = dialog.get_by_label("한도", exact=True)
    await limit.fill("-3")
    await limit.press("Enter")
    await expect(dialog.get_by_text("0부터 1,000,000 사이의 수")).to_be_visible()
    await limit.fill("2.5")
    await dialog.get_by_role("button", name="저장").click()
    row = page.get_by_role("listitem").filter(has_text="기능 하나 · 한 달")
    await expect(row).to_contain_text("$2.50")
    await expect(row.get_by_role("progressbar")).to_have_attribute("aria-label", "기능 하나 · 한 달")
    await row.get_by_role("button", name="고치기").click()
    await dialog.get_by_label("한도", exact=True).fill("1.25")
    await dialog.get_by_role("button", name="저장").click()
    await expect(row).to_contain_text("$1.25")
    with house.client() as client:
        [cap] = client.get("/api/settings/caps").json()
        assert (cap["scope"], cap["subject"], cap["window"]) == ("feature", "title", "month")
        assert cap["limit_microusd"] == 1_250_000
        await row.get_by_role("button", name="지우기").click()
        await dialog.get_by_role("button", name="지우기").click()
        await say(page, "한도를 지웠어요")
        assert client.get("/api/settings/caps").json() == []


async def test_defaults_are_kept_where_they_are_typed(house: Server, open_page: OpenPage) -> None:
    page = await open_page("/settings/models")
    await page.get_by_label("온도").fill("9")
    await page.get_by_label("온도").press("Tab")
    await expect(page.get_by_text("0부터 2 사이의 수")).to_be_visible()
    await page.get_by_label("온도").fill("0.3")
    await page.get_by_label("온도").press("Tab")
    await say(page, "저장했어요")
    with house.client() as client:
        assert client.get("/api/settings").json()["temperature"] == 0.3


async def test_a_token_is_shown_once_works_and_is_revoked(house: Server, open_page: OpenPage) -> None:
    page = await open_page("/settings/tokens")
    await page.get_by_role("button", name="토큰 만들기").click()
    await page.get_by_label("어디에 쓸 토큰인가요?").fill("아침 요약")
    await page.get_by_role("switch", name="읽기").check()
    await page.get_by_role("dialog").get_by_role("button", name="토큰 만들기").click()
    token = await page.locator(".secret").inner_text()
    with house.anonymous() as program:
        program.headers["Authorization"] = f"Bearer {token}"
        assert program.get("/api/settings").status_code == 200
        await page.keyboard.press("Escape")
        assert token not in await page.content()
        await page.get_by_role("button", name="없애기").click()
        await page.get_by_role("dialog").get_by_role("button", name="없애기").click()
        await say(page, "없앴어요")
        assert program.get("/api/settings").status_code == 401


async def test_a_token_may_be_for_some_models_only_and_keep_its_answers(house: Server, open_page: OpenPage) -> None:
    page = await open_page("/settings/tokens")
    await page.get_by_role("button", name="토큰 만들기").click()
    await page.get_by_label("어디에 쓸 토큰인가요?").fill("편집기")
    models = page.get_by_label("이 모델만")
    chosen = await models.locator("option").first.get_attribute("value")
    await models.select_option(chosen)
    await page.get_by_role("switch", name="답 저장해 두기").check()
    await page.get_by_role("dialog").get_by_role("button", name="토큰 만들기").click()
    await expect(page.locator(".secret")).to_be_visible()
    await page.keyboard.press("Escape")
    with house.client() as client:
        (token,) = client.get("/api/tokens").json()["items"]
    assert (token["models"], token["keeps_answers"]) == ([chosen], True)
    row = page.locator("md-settings-tokens")
    await expect(row.get_by_text(chosen)).to_be_visible()
    await expect(row.get_by_text("답 저장해 두기")).to_be_visible()
    await page.get_by_role("button", name="없애기").click()
    await page.get_by_role("dialog").get_by_role("button", name="없애기").click()
    await say(page, "없앴어요")


async def test_a_preset_is_made_changed_and_deleted(house: Server, open_page: OpenPage) -> None:
    page = await open_page("/settings/models")
    await page.get_by_role("button", name="새로 만들기").click()
    await page.get_by_role("dialog").get_by_label("이름").fill("번역가")
    await page.get_by_role("dialog").get_by_label("지시문").fill("한국어와 영어를 서로 옮겨 줘.")
    await page.get_by_role("dialog").get_by_role("button", name="저장").click()
    with house.client() as client:
        await expect(page.get_by_text("번역가")).to_be_visible()
        assert client.get("/api/chat/presets").json()["items"][0]["options"]["system_prompt"].startswith("한국어와")
    await page.get_by_role("listitem").filter(has_text="번역가").get_by_role("button", name="지우기").click()
    await page.get_by_role("dialog").get_by_role("button", name="지우기").click()
    await say(page, "‘번역가’를 지웠어요")


async def test_a_switch_keeps_the_focus_when_it_is_switched(open_page: OpenPage) -> None:
    page = await open_page("/settings/models")
    switch = page.get_by_role("switch", name="제목을 모델에게 지어 달라고 하기")
    await switch.press("Space")
    await say(page, "저장했어요")
    await expect(switch).to_be_checked()
    await expect(switch).to_be_focused()


async def test_another_tab_sees_a_choice_at_once(open_page: OpenPage) -> None:
    one, other = await open_page("/settings/cache"), await open_page("/settings/cache")
    switch = other.get_by_role("switch", name="답을 저장해 두고 다시 쓰기")
    await expect(switch).to_be_checked()
    await expect(other.locator("md-line[data-line=open]")).to_be_visible()
    await one.get_by_role("switch", name="답을 저장해 두고 다시 쓰기").uncheck()
    await expect(switch).not_to_be_checked()


async def test_the_embedder_says_beside_the_built_in_model_how_it_stands(house: Server, open_page: OpenPage) -> None:
    page = await open_page("/settings/builtin")
    with house.client() as client:
        state = client.get("/api/settings/embedder").json()
    card = page.locator("md-embedder-card")
    await expect(card.get_by_role("heading", name=state["model"])).to_be_visible()
    await expect(card.get_by_text("꺼짐")).to_be_visible()
    assert state["status"] == "off"
    await expect(card.get_by_role("button")).to_have_count(0)


async def test_every_open_page_says_once_that_a_limit_is_half_used_and_the_limits_remember(
    house: Server, open_page: OpenPage
) -> None:
    async with FakeUpstream(Say("안녕", usage={"prompt_tokens": 400, "completion_tokens": 200})) as fake:
        with house.client() as client:
            # Another paid call would take the limit over the next steps.
            client.patch("/api/settings", json={"title_calls": False}).raise_for_status()
            price = {"price_input_microusd_per_mtok": 1_000_000, "price_output_microusd_per_mtok": 1_000_000}
            added = client.post("/api/settings/providers", json={"name": "가게", "base_url": fake.base_url, **price})
            cap = {"scope": "all", "subject": "", "window": "day", "limit_microusd": 1_000}
            limit = client.post("/api/settings/caps", json=cap).json()["id"]
            pages = [await open_page("/chat"), await open_page("/settings/limits")]
            for page in pages:
                await expect(page.locator("md-line[data-line=open]")).to_be_attached()
            asked = {"content": "안녕?", "model": f"{added.json()['id']}/m", "max_tokens": 200}
            answer = await asyncio.to_thread(client.post, "/api/chat", json=asked, timeout=60)
            assert answer.status_code == 200, answer.text
            for page in pages:
                await say(page, "한도를 절반 썼어요: 모든 질문 · 하루")
                notice = page.get_by_role("status").filter(has_text="절반 썼어요")
                await notice.hover()
                await expect(notice).to_have_count(1)
            await expect(pages[1].get_by_role("listitem").filter(has_text="절반 씀: 모든 질문 · 하루")).to_be_visible()
            await pages[0].get_by_role("button", name="한도 보기").click()
            await expect(pages[0].get_by_role("heading", name="그동안 알려 드린 것")).to_be_visible()
            client.delete(f"/api/settings/caps/{limit}")
            client.delete(f"/api/settings/providers/{added.json()['id']}")
