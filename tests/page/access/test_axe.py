"""axe finds nothing on any page, dialog or state, in both languages, both themes, on a desk and on a phone."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.conftest import StartServer
from tests.page.access.axe import BOTH, violations
from tests.page.access.conftest import House, Person, SignIn
from tests.support.browser import PHONE, Language

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("language", ["ko", "en"])]

Walk = Callable[[Person, Path], AsyncIterator[str]]
PARTS = (
    "providers",
    "models",
    "builtin",
    "limits",
    "saving",
    "cache",
    "look",
    "tokens",
    "sessions",
    "permissions",
    "system",
    "about",
)


async def assert_clean(person: Person, walk: Walk, tmp_path: Path) -> None:
    """Go the walk and let axe look wherever it stops."""
    # Words change no colour, so each state is looked at in the dark in one language.
    themes = BOTH if person.language == "en" else ("light",)
    problems = [
        found async for state in walk(person, tmp_path) for found in await violations(person.page, state, themes)
    ]
    assert not problems, "\n".join(problems)


async def at_the_door(person: Person, _: Path) -> AsyncIterator[str]:
    await person.page.get_by_label(person.t("signin.code")).wait_for()
    yield "the door"
    person.watch.allow("401")
    await person.button("signin.enter").last.click()
    await person.page.get_by_label(person.t("signin.password")).fill("wrong")
    await person.page.keyboard.press("Enter")
    await person.page.get_by_text(person.t("signin.password_wrong")).wait_for()
    yield "the door after a wrong password and no code"


async def through_answers(person: Person, _: Path) -> AsyncIterator[str]:
    await person.page.locator(".welcome").wait_for()
    yield "an empty chat"
    await person.ask("rich")
    await person.page.locator(".code-keyword").first.wait_for()
    await person.page.locator(".katex").first.wait_for()
    yield "a long answer with code, a table and formulas, and its receipt"
    await person.page.locator(".link-out").click()
    await expect(person.button("markdown.link.stay")).to_be_focused()
    yield "the question before an outside link"
    await person.page.keyboard.press("Escape")
    await person.page.locator("[data-tool=retry]").click()
    await person.page.locator(".branches").wait_for()
    await person.page.locator("[data-tool=edit]").click()
    yield "a question being edited, and branches"
    await person.page.keyboard.press("Escape")
    person.watch.allow("401")
    await person.ask("refuse", "error")
    yield "a turn without an answer"
    await person.ask("cut", "incomplete")
    await person.page.locator("[data-tool=continue]").wait_for()
    yield "an answer that broke off"
    await person.ask("slow", "streaming")
    await person.page.get_by_text("word5 ").wait_for()
    await person.ask("next", "queued")
    yield "an answer on its way, and a message in line"
    await person.button("chat.stop").last.click()
    await person.page.locator(".turn[data-status=cancelled]").wait_for()
    yield "a stopped answer, and a message on hold"


async def through_the_tools(person: Person, folder: Path) -> AsyncIterator[str]:
    page = person.page
    (folder / "notes.txt").write_text("우유, 달걀\n" * 200, "utf-8")
    await page.locator(".composer__tools input").set_input_files(folder / "notes.txt")
    await page.locator(".files__one[aria-busy=false]").wait_for()
    yield "a file that goes with the message"
    await person.ask("look")
    await page.locator(".file__button").click()
    await page.locator(".file__text").wait_for()
    yield "a file that was sent"
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="tiny").click()
    await page.locator(".models__one").first.wait_for()
    yield "the model picker"
    await page.keyboard.press("Escape")
    await person.button("chat.options").click()
    await page.get_by_label(person.t("chat.options.temperature"), exact=True).fill("9")
    await person.button("parts.save").click()
    await person.button("chat.presets.save").wait_for()
    yield "the options of a chat, one out of range"
    await page.keyboard.press("Escape")
    await page.locator(".talk-head [aria-haspopup=menu]").click()
    await page.get_by_role("menuitem").first.wait_for()
    yield "the menu of a chat"
    await page.get_by_role("menuitem", name=person.t("chat.rename")).click()
    await page.get_by_label(person.t("chat.rename.label")).fill("")
    await page.keyboard.press("Enter")
    await page.get_by_text(person.t("chat.rename.empty")).wait_for()
    yield "a new name that is missing"
    await page.keyboard.press("Escape")
    await page.locator(".talk-head [aria-haspopup=menu]").click()
    await page.get_by_role("menuitem", name=person.t("chat.delete")).click()
    await person.button("parts.undo").wait_for()
    yield "a deleted chat and the way back"


async def over_the_page(person: Person, _: Path) -> AsyncIterator[str]:
    page = person.page
    await person.ask("look")
    await page.locator(".rail [aria-haspopup=dialog]").click()
    await page.get_by_role("option").first.wait_for()
    yield "the palette"
    await page.keyboard.insert_text("qqqqq")
    await page.locator(".palette__none").wait_for()
    yield "the palette without a result"
    await page.keyboard.press("Escape")
    await page.evaluate("document.activeElement.blur()")
    await page.keyboard.press("?")
    await page.locator(".help").wait_for()
    yield "the list of shortcuts"
    await page.keyboard.press("Escape")
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await page.locator(".talk-head__list").click()
    await page.locator(".list-dialog .list__group").first.wait_for()
    yield "the list of chats over a narrow page"
    await page.keyboard.press("Escape")
    await person.go("/nowhere")
    await person.button("shell.to_chat").wait_for()
    yield "an address without a page"


async def through_settings(person: Person, _: Path) -> AsyncIterator[str]:
    for part in PARTS:
        await person.part(part)
        yield f"settings: {part}"
    await person.part("saving")
    await person.button("settings.rules.add").click()
    await person.button("parts.save").click()
    await person.page.get_by_text(person.t("settings.rules.model_missing")).wait_for()
    yield "a new rule with errors"
    await person.page.keyboard.press("Escape")
    await person.go("/settings")
    yield "the list of settings"


async def through_providers(person: Person, _: Path) -> AsyncIterator[str]:
    page, name = person.page, f"House {person.language}"
    await person.part("providers")
    await person.button("settings.providers.add").click()
    await page.locator("summary").click()
    await page.get_by_label(person.t("settings.providers.price_in")).fill("much")
    await page.get_by_label(person.t("settings.providers.address")).fill("nowhere")
    await person.button("parts.save").click()
    await page.get_by_text(person.t("settings.providers.name_missing")).wait_for()
    yield "a new provider with errors"
    await page.get_by_label(person.t("settings.providers.price_in")).fill("")
    await page.get_by_label(person.t("settings.providers.name")).fill(name)
    await page.get_by_label(person.t("settings.providers.address")).fill("http://127.0.0.1:9/v1")
    await person.button("parts.save").click()
    card = page.get_by_role("region", name=name)
    await card.get_by_role("button", name=person.t("settings.providers.check")).click()
    await card.locator(".notice--danger").wait_for()
    yield "a provider that does not answer"
    await card.get_by_role("button", name=person.t("settings.keys.add")).click()
    await page.locator("dialog summary").click()
    await person.button("settings.keys.save").click()
    await page.get_by_text(person.t("settings.keys.missing")).wait_for()
    yield "a key that is missing"
    await page.keyboard.press("Escape")
    await card.locator("[aria-haspopup=menu]").click()
    await page.get_by_role("menuitem").first.wait_for()
    yield "the menu of a provider"
    await page.get_by_role("menuitem", name=person.t("settings.providers.delete")).click()
    await expect(person.button("parts.cancel")).to_be_focused()
    yield "the question before a provider is deleted"
    await person.button("parts.delete").click()
    await page.locator(".toast").wait_for()
    yield "a provider that was deleted"


async def through_other_dialogs(person: Person, _: Path) -> AsyncIterator[str]:
    page = person.page
    await person.part("tokens")
    await person.button("settings.tokens.create").click()
    await page.locator("dialog .button--main").click()
    await page.get_by_text(person.t("settings.tokens.name_missing")).wait_for()
    yield "a token without a name"
    await page.get_by_label(person.t("settings.tokens.name")).fill("morning")
    await page.locator("dialog .button--main").click()
    await page.locator(".secret").wait_for()
    yield "a token, shown once"
    await page.keyboard.press("Escape")
    await page.locator(".rows__one").first.wait_for()
    yield "the tokens there are"
    await person.part("models")
    await person.button("settings.presets.create").click()
    await page.locator("dialog").wait_for()
    yield "a new preset"
    await page.keyboard.press("Escape")
    await person.part("sessions")
    await person.button("settings.sessions.invite").click()
    await page.locator(".secret").wait_for()
    yield "an invitation"
    await page.keyboard.press("Escape")
    await person.button("settings.sessions.out_all").click()
    await expect(person.button("parts.cancel")).to_be_focused()
    yield "the question before everybody is signed out"


async def into_trouble(person: Person, _: Path) -> AsyncIterator[str]:
    """On a server of its own, whose database file was found damaged, up to the moment before it goes away."""
    page = person.page
    await person.part("about")
    await page.locator(".notice--danger").wait_for()
    yield "a database that was found damaged"
    await person.part("providers")
    await page.get_by_role("button", name=person.t("settings.keys.add")).first.click()
    await page.get_by_label(person.t("settings.keys.value"), exact=True).fill("sk-house-0123456789")
    await page.locator("dialog summary").click()
    await page.get_by_label(person.t("settings.keys.place")).select_option("protected")
    person.watch.allow("409|422|400|503")
    await person.button("settings.keys.save").click()
    await page.locator("dialog [aria-invalid]").wait_for()
    yield "a place that cannot keep the key"
    await page.keyboard.press("Escape")
    await person.button("settings.providers.add").click()
    await page.get_by_label(person.t("settings.providers.name")).fill("Company")
    await page.get_by_label(person.t("settings.providers.address")).fill(person.house.upstream.base_url)
    await page.keyboard.press("Enter")
    await expect(person.button("settings.consent.no")).to_be_focused()
    yield "the question who answers from now on"
    await page.keyboard.press("Escape")


async def without_a_server(person: Person, _: Path) -> AsyncIterator[str]:
    await person.page.locator("md-line[data-line=lost]").wait_for(timeout=60_000)
    await person.page.locator("#composer-input").fill("anybody there?")
    await person.page.keyboard.press("Enter")
    await person.page.locator("md-chat-pending .chip--warn").wait_for()
    yield "a message that waits for the connection"


WALKS = (through_answers, through_the_tools, over_the_page, through_settings, through_providers, through_other_dialogs)


async def test_at_the_door(stranger: SignIn, language: Language, tmp_path: Path) -> None:
    await assert_clean(await stranger(language=language), at_the_door, tmp_path)


@pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.__name__)
async def test_inside(person: SignIn, language: Language, walk: Walk, tmp_path: Path) -> None:
    await assert_clean(await person(language=language), walk, tmp_path)


async def test_in_trouble(
    house: House, person: SignIn, start_server: StartServer, language: Language, tmp_path: Path
) -> None:
    data = tmp_path / "troubled" / "data"
    data.mkdir(parents=True, mode=0o700)
    (data / "integrity.json").write_text(json.dumps({"checked_at": datetime.now(UTC).isoformat(), "found": "row 7"}))
    server = start_server(folder=data.parent, OPENAI_BASE_URL=house.upstream.base_url)
    someone = await person(language=language, server=server)
    await assert_clean(someone, into_trouble, tmp_path)
    someone.watch.allow("WebSocket|ERR_CONNECTION|Failed to load resource")
    await someone.chat()
    await someone.ask("hello")
    await someone.page.locator(".markdown strong").wait_for()
    server.kill()
    await assert_clean(someone, without_a_server, tmp_path)
