"""The permissions part of the settings: what a person chooses and writes there is what decides."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from playwright.async_api import Page, expect

from tests.page.access.axe import violations
from tests.support.browser import PHONE, Chromium, Language
from tests.support.server import ROOT, Server, running

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("madang"), MADANG_BUILTIN="off", MADANG_RULES='["deny exec(*)"]') as madang:
        yield madang


async def visit(server: Server, chromium: Chromium, language: Language = "ko") -> tuple[Page, dict[str, str]]:
    page = await chromium.page(language=language, size=PHONE)
    credentials = await asyncio.to_thread(server.sign_in)
    cookies = credentials.cookies.items()
    await page.context.add_cookies([{"name": name, "value": value, "url": server.url} for name, value in cookies])
    await page.context.add_init_script(f"localStorage.setItem('madang.token', JSON.stringify('{credentials.token}'))")
    await page.goto(f"{server.url}/settings/permissions")
    await page.locator("md-settings-permissions:not([aria-busy])").wait_for()
    return page, json.loads((ROOT / f"frontend/locales/{language}.json").read_text("utf-8"))


async def test_a_mode_and_a_rule_that_a_person_sets_decide_and_are_told_in_words(
    server: Server, chromium: Chromium
) -> None:
    chromium.watch.allow("422")
    page, words = await visit(server, chromium)
    await page.get_by_text(words["permissions.mode.read"], exact=True).click()
    await expect(page.get_by_text(words["permissions.mode.read.means"])).to_be_visible()
    await page.get_by_role("button", name=words["permissions.rules.add"], exact=True).click()
    dialog = page.get_by_role("dialog")
    line = dialog.get_by_label(words["permissions.rules.line"])
    await line.fill("permit everything")
    await dialog.get_by_role("button", name=words["parts.save"], exact=True).click()
    await expect(line).to_have_attribute("aria-invalid", "true")
    await line.fill("deny fs.write(ws:archive/**)")
    await expect(dialog.get_by_role("status")).to_contain_text("archive")
    await dialog.get_by_role("button", name=words["parts.save"], exact=True).click()
    await expect(page.locator("code", has_text="deny fs.write(ws:archive/**)")).to_be_visible()
    await page.locator("summary", has_text=words["permissions.rules.others"]).click()
    with server.client() as client:
        assert client.get("/api/permissions/mode").json()["mode"] == "read"
        assert [rule["text"] for rule in client.get("/api/permissions/rules").json()] == [
            "deny fs.write(ws:archive/**)"
        ]
    await page.get_by_role("button", name=words["permissions.record.verify"], exact=True).click()
    await expect(page.locator("md-settings-permissions [role=status]")).to_contain_text("온전해요")
    assert await violations(page, "a rule was added") == []
    await page.get_by_role("button", name=words["parts.delete"], exact=True).click()
    await expect(page.locator("code", has_text="deny fs.write(ws:archive/**)")).to_have_count(0)
    with server.client() as client:
        assert client.get("/api/permissions/rules").json() == []
