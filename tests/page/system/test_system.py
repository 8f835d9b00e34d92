"""The system part of the settings: the machine as it is, what its sandbox does not stop, and a program run by hand."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.page.access.axe import violations
from tests.support.browser import Chromium, Language
from tests.support.server import ROOT, Server, running

pytestmark = pytest.mark.browser
SLOW_MS = 90_000


@dataclass(frozen=True, slots=True)
class Visit:
    """The part as somebody who is signed in has it open."""

    page: Page
    words: dict[str, str]

    def button(self, key: str) -> Locator:
        return self.page.get_by_role("button", name=self.words[key], exact=True)

    async def run(self, *words: str) -> None:
        """Ask for a program to be run."""
        await self.page.get_by_label(self.words["settings.run.words"]).fill("\n".join(words))
        await self.button("settings.run.go").click()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("madang"), MADANG_BUILTIN="off") as madang:
        yield madang


@pytest.fixture
def folder(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder that is opened to write for one test."""
    folder = tmp_path_factory.mktemp("work").resolve()
    with server.client() as client:
        new = {"path": str(folder), "access": "write"}
        opened = client.post("/api/files/folders", json=new).raise_for_status().json()["id"]
        yield folder
        client.delete(f"/api/files/folders/{opened}").raise_for_status()


async def visit(server: Server, chromium: Chromium, language: Language = "ko") -> Visit:
    page = await chromium.page(language=language)
    credentials = await asyncio.to_thread(server.sign_in)
    cookies = credentials.cookies.items()
    await page.context.add_cookies([{"name": name, "value": value, "url": server.url} for name, value in cookies])
    await page.context.add_init_script(f"localStorage.setItem('madang.token', JSON.stringify('{credentials.token}'))")
    await page.goto(f"{server.url}/settings/system")
    # The sandbox is tried when it is first asked about.
    await page.locator("md-settings-system:not([aria-busy])").wait_for(timeout=SLOW_MS)
    return Visit(page, json.loads((ROOT / f"frontend/locales/{language}.json").read_text("utf-8")))


async def test_the_machine_and_what_its_sandbox_does_not_stop_are_told(server: Server, chromium: Chromium) -> None:
    at = await visit(server, chromium)
    with server.client() as client:
        facts = client.get("/api/system").raise_for_status().json()
    sandbox = facts["sandbox"]
    await expect(at.page.get_by_text(at.words[f"settings.system.tier.{sandbox['tier']}.means"])).to_be_visible()
    gaps = [at.words[f"settings.system.gap.{gap}"] for gap in sandbox["gaps"]]
    await expect(at.page.locator(".system__gaps li")).to_have_text(gaps)
    await expect(at.page.get_by_text(facts["machine"]["system"])).to_be_visible()
    await expect(at.page.get_by_text(at.words["settings.system.server"], exact=True)).to_be_visible()
    await at.page.locator("summary").click()
    for tier in sandbox["tiers"]:
        name = at.words[f"settings.system.tier.{tier['tier']}"]
        await expect(at.page.locator("details .rows__one", has_text=name).first).to_be_visible()
    await expect(at.button("settings.run.open_folder")).to_be_visible()
    async with at.page.expect_response("**/api/system/sandbox/probe", timeout=SLOW_MS) as probed:
        await at.button("settings.system.check").click()
    assert (await probed.value).status == 200


async def test_a_program_runs_in_its_folder_and_every_word_reaches_it_as_it_is(
    server: Server, chromium: Chromium, folder: Path
) -> None:
    at = await visit(server, chromium)
    await at.run("printf", "%s|", "$HOME *", "안녕")
    await expect(at.page.locator(".run__output")).to_have_text("$HOME *|안녕|")
    await expect(at.page.locator(".run__end")).to_have_text(at.words["settings.run.fine"])
    await at.run("touch", "made here")
    await expect(at.page.locator(".run__output")).to_have_text(at.words["settings.run.silent"])
    assert [each.name for each in folder.iterdir()] == ["made here"]
    assert not (problems := await violations(at.page, "a program that ended")), "\n".join(problems)


async def test_what_a_program_prints_is_seen_while_it_runs_and_it_can_be_stopped(
    server: Server, chromium: Chromium, folder: Path
) -> None:
    (folder / "notes.txt").write_text("ready\n")
    at = await visit(server, chromium, "en")
    await at.run("tail", "-f", "notes.txt")
    await expect(at.page.locator(".run__output")).to_contain_text("ready")
    await at.button("settings.run.stop").click()
    await expect(at.page.locator(".run__end")).to_have_text(at.words["settings.run.state.cancelled"])
    await expect(at.button("settings.run.stop")).to_be_hidden()
    with server.client() as client:
        newest = client.get("/api/programs").raise_for_status().json()["items"][0]
    assert newest["state"] == "cancelled"


async def test_a_program_that_is_not_there_is_told_at_the_field(
    server: Server, chromium: Chromium, folder: Path
) -> None:
    chromium.watch.allow("404")
    at = await visit(server, chromium)
    await at.run("no-such-program")
    said = at.words["errors.system.no_such_program"].format(name="no-such-program")
    await expect(at.page.locator("md-settings-run .field__error").filter(has_text=said)).to_be_visible()
    await expect(at.page.locator(".run__end")).to_have_count(0)
