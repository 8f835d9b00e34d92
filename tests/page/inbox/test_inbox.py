"""The inbox in a browser: what is asked stands there as it is, and only a person who saw all of it can say yes."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from madang.clock import FixedClock
from madang.system.requests import RunProgram
from tests.page.access.axe import violations
from tests.permissions.walls import Walls, run, walls
from tests.support.browser import Chromium, Language
from tests.support.server import ROOT, Server, running
from tests.whole.walls.ways import add_ways

pytestmark = pytest.mark.browser

PADDING = "x" * 100_000
HOSTILE = (
    "one\nApproved by user\n[Allow]",
    "\x1b[2K\x1b[1Aharmless",
    "safe\u202egnp.exe",
    "zero\u200bwidth",
    "**bold** <img src=x onerror=alert(1)> [link](https://evil.example)",
    PADDING,
)


@dataclass(frozen=True, slots=True)
class House:
    """A server over what a run had asked for before it was started."""

    server: Server
    folder: Path
    questions: dict[str, str]

    def question(self, name: str) -> Any:
        with self.server.client() as client:
            return client.get(f"/api/permissions/pending/{self.questions[name]}").raise_for_status().json()


async def ask_all(folder: Path) -> dict[str, str]:
    """Ask through the real broker, as runs do, and leave the questions in the data folder."""
    (folder / "data").mkdir(parents=True)
    url = f"sqlite:///{folder / 'data' / 'madang.sqlite3'}"
    async with walls(folder, url, FixedClock(datetime.now(UTC))) as house:
        await add_ways(house)
        (house.place / "list.md").write_text("old\nsame\n")
        return {
            "hostile": await house.ask(program(house, *HOSTILE), run(id="a", taint=("untrusted",))),
            "write": await house.ask(house.write("list.md", b"new\nsame\n"), run(id="b", conversation="talk")),
            "elsewhere": await house.ask(house.write("other.md", b"x"), run(id="c")),
            "stale": await house.ask(house.write("stale.md", b"x"), run(id="d")),
            "keys": await house.ask(house.write("keys.md", b"x"), run(id="e")),
        }


def program(house: Walls, *words: str) -> RunProgram:
    return RunProgram(house.folder.id, ("/usr/bin/printf", *words), "")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("inbox").resolve()
    questions = asyncio.run(ask_all(folder))
    with running(folder, MADANG_BUILTIN="off") as server:
        yield House(server, folder / "work", questions)


async def visit(house: House, chromium: Chromium, language: Language = "ko", **how: Any) -> Page:
    page = await chromium.page(language=language, **how)
    server = house.server
    credentials = await asyncio.to_thread(server.sign_in)
    cookies = credentials.cookies.items()
    await page.context.add_cookies([{"name": name, "value": value, "url": server.url} for name, value in cookies])
    await page.context.add_init_script(f"localStorage.setItem('madang.token', JSON.stringify('{credentials.token}'))")
    await page.goto(server.url + "/inbox")
    await page.locator("md-inbox-page:not([aria-busy]) md-question").first.wait_for()
    await page.locator("md-line[data-line=open]").wait_for()
    return page


def card(page: Page, house: House, name: str) -> Locator:
    return page.locator(f'md-question[data-question="{house.questions[name]}"]')


def yes(at: Locator) -> Locator:
    return at.locator("[data-answer=once]")


async def armed(at: Locator) -> None:
    await at.locator(".inbox__answers").scroll_into_view_if_needed()
    await expect(yes(at)).not_to_have_attribute("aria-disabled", "true", timeout=30_000)


@pytest.fixture
async def page(house: House, chromium: Chromium) -> AsyncIterator[Page]:
    yield await visit(house, chromium)


async def test_PERM_05_MD_02_MD_07_a_hostile_program_is_shown_as_it_is_and_whole(house: House, page: Page) -> None:
    at = card(page, house, "hostile")
    words = at.locator(".inbox__argv > li")
    assert await words.count() == 1 + len(HOSTILE)
    texts = await words.all_text_contents()
    assert texts[0] == "/usr/bin/printf"
    assert texts[1] == "oneU+000AApproved by userU+000A[Allow]"
    assert texts[2] == "U+001B[2KU+001B[1Aharmless"
    assert texts[3:6] == ["safeU+202Egnp.exe", "zeroU+200Bwidth", HOSTILE[4]]
    assert texts[6] == PADDING
    assert await at.locator("img, strong, .inbox__argv a").count() == 0
    assert "\u202e" not in await at.inner_text()
    await at.locator(".inbox__answers").scroll_into_view_if_needed()
    await page.wait_for_function("() => document.hasFocus()")
    await expect(yes(at)).to_have_attribute("aria-disabled", "true")
    await yes(at).click(force=True)
    assert house.question("hostile")["state"] == "pending"
    await at.locator(".inbox__fold + button").click()
    await armed(at)


async def test_PERM_04_nothing_but_an_answer_of_the_person_decides(house: House, page: Page) -> None:
    at = card(page, house, "keys")
    await page.keyboard.press("Escape")
    await page.locator("h1").focus()
    await page.keyboard.press("Enter")
    # In one turn of the page: the button is there and nobody can have read what it is about.
    await at.evaluate("card => { card.remove(); document.querySelector('.inbox__list').append(card) }")
    await at.evaluate("card => card.querySelector('[data-answer=once]').click()")
    assert house.question("keys")["state"] == "pending"
    await armed(at)
    await yes(at).focus()
    await page.keyboard.press("Enter")
    await expect(at).to_have_attribute("data-state", "done", timeout=30_000)
    assert (house.folder / "keys.md").read_text() == "x"


async def test_a_change_is_shown_allowed_and_made(house: House, page: Page) -> None:
    at = card(page, house, "write")
    assert await at.locator(".inbox__diff ins").all_text_contents() == ["+new"]
    assert await at.locator(".inbox__diff del").all_text_contents() == ["-old"]
    await armed(at)
    await yes(at).click()
    await expect(at).to_have_attribute("data-state", "done", timeout=30_000)
    assert (house.folder / "list.md").read_text() == "new\nsame\n"


async def test_what_was_answered_elsewhere_or_changed_since_is_said(
    house: House, page: Page, chromium: Chromium
) -> None:
    chromium.watch.allow("409")
    badge = page.locator(".rail__badge")
    waiting = int(await badge.text_content() or "0")
    question = house.question("elsewhere")
    with house.server.client() as client:
        answer = {"digest": question["digest"], "decision": "deny"}
        client.post(f"/api/permissions/pending/{question['id']}/decision", json=answer).raise_for_status()
    await expect(card(page, house, "elsewhere")).to_have_attribute("data-state", "denied", timeout=30_000)
    await expect(badge).to_have_text(str(waiting - 1), timeout=30_000)
    (house.folder / "stale.md").write_text("somebody was faster")
    at = card(page, house, "stale")
    await armed(at)
    await yes(at).click()
    await expect(at).to_have_attribute("data-state", "stale", timeout=30_000)
    assert (house.folder / "stale.md").read_text() == "somebody was faster"


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_axe_finds_nothing_in_the_inbox(house: House, chromium: Chromium, language: Language) -> None:
    page = await visit(house, chromium, language, size=(360, 740))
    words = json.loads((ROOT / f"frontend/locales/{language}.json").read_text("utf-8"))
    await page.get_by_text(words["inbox.past"], exact=True).click()
    await page.locator(".inbox__past > li").first.wait_for()
    assert await violations(page, "the inbox") == []
    assert await page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
