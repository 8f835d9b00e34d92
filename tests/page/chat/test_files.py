"""Files that came with a message are shown as what they say, never run: they leave the house as downloads only."""

from pathlib import Path

import pytest
from playwright.async_api import Error, Page, expect

from tests.page.chat.conftest import House

pytestmark = pytest.mark.browser
RUNS = "document.title = 'taken over'; window.ran = true; fetch('/api/session')"
FILES = {
    "page.html": f'<!doctype html><script>{RUNS}</script><body onload="{RUNS}">page'.encode(),
    "drawing.svg": f"<svg xmlns='http://www.w3.org/2000/svg' onload=\"{RUNS}\"><script>{RUNS}</script></svg>".encode(),
    "pixel.gif": b"GIF89a/*\x01\x00\x01\x00" + f"*/=1;{RUNS}//<script>{RUNS}</script>".encode(),
}
PDF = b"%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n\xff\xfe%%EOF"


async def attach(page: Page, files: list[Path]) -> None:
    await page.locator("input[type=file]").set_input_files(files)
    await expect(page.locator(".files__one[aria-busy=false]")).to_have_count(len(files), timeout=30_000)


async def test_MD_09_a_file_that_is_opened_is_shown_as_text_and_runs_nothing(page: Page, tmp_path: Path) -> None:
    for name, data in FILES.items():
        (tmp_path / name).write_bytes(data)
    await attach(page, [tmp_path / name for name in FILES])
    await page.locator("#composer-input").fill("look")
    await page.keyboard.press("Enter")
    await expect(page.locator(".turn")).to_have_attribute("data-status", "done", timeout=30_000)
    await expect(page.locator(".file__button")).to_have_count(len(FILES))
    for name in ("page.html", "drawing.svg"):
        await page.locator(".file__button").filter(has_text=name).click()
        await expect(page.locator(".file__text")).to_have_text(FILES[name].decode())
        await page.keyboard.press("Escape")
    assert "taken over" not in await page.title()
    assert await page.evaluate("window.ran") is None
    assert len(page.frames) == 1
    assert await page.locator("iframe, object, embed, script:not([type=module])").count() == 0


async def test_MD_09_a_file_leaves_as_a_sandboxed_download_of_no_other_kind(page: Page, house: House) -> None:
    credentials = house.server.sign_in()
    with house.server.client(credentials) as client:
        kinds = {}
        for name, data in FILES.items():
            made = client.post("/api/chat/attachments", content=data, headers={"X-File-Name": name}).raise_for_status()
            path = f"/api/chat/attachments/{made.json()['id']}"
            answer = client.get(path).raise_for_status()
            kinds[name] = answer.headers["content-type"]
            assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{name}"
            policies = answer.headers.get_list("content-security-policy")
            assert "sandbox" in policies
            assert all("script-src 'self'" in policy or policy == "sandbox" for policy in policies)
            assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
            assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        refused = client.post("/api/chat/attachments", content=PDF, headers={"X-File-Name": "paper.pdf"})
    assert kinds == {
        "page.html": "text/plain; charset=utf-8",
        "drawing.svg": "text/plain; charset=utf-8",
        "pixel.gif": "image/gif",
    }
    assert refused.status_code == 422
    # Even a browser that carries both halves of the session gets no page out of it.
    await page.set_extra_http_headers({"X-Madang-Token": credentials.token})
    await page.context.add_cookies(
        [{"name": name, "value": value, "url": house.server.url} for name, value in credentials.cookies.items()]
    )
    async with page.expect_download() as download:
        with pytest.raises(Error, match="Download is starting"):
            await page.goto(house.server.url + path)
    assert (await download.value).suggested_filename == "pixel.gif"


async def test_MD_09_a_paper_is_refused_in_words(page: Page, house: House, tmp_path: Path) -> None:
    house.chromium.watch.allow("422")
    (tmp_path / "paper.pdf").write_bytes(PDF)
    await page.locator("input[type=file]").set_input_files(tmp_path / "paper.pdf")
    await expect(page.locator(".toast")).to_contain_text("paper.pdf")
    await expect(page.locator(".files__one")).to_have_count(0)
