"""What a screen reader is given: roles, names and states on the way, what is announced, and where the focus goes."""

from collections import Counter

import pytest
from playwright.async_api import Locator, expect

from tests.page.access.conftest import Person, SignIn
from tests.support.browser import Language

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("language", ["ko", "en"])]


def composer(person: Person) -> Locator:
    return person.page.get_by_role("textbox", name=person.t("chat.composer.label"), exact=True)


def turn(person: Person, question: str) -> Locator:
    """Return the turn of a question, by the name it has for those who do not see it."""
    return person.page.get_by_role("article", name=person.t("chat.turn", question=question), exact=True)


def tool(place: Locator, person: Person, name: str) -> Locator:
    return place.get_by_role("button", name=person.t(f"chat.tool.{name}"), exact=True)


async def test_asking_is_announced_at_its_beginning_and_end_and_the_box_keeps_the_focus(
    person: SignIn, language: Language
) -> None:
    reader = await person(language=language)
    await expect(composer(reader)).to_be_focused()
    await reader.heard()
    await reader.ask("rich")
    await expect(reader.page.locator(".unseen[role=status]").last).to_have_text(reader.t("chat.announce.done"))
    answered = turn(reader, "rich")
    await expect(answered.get_by_role("heading", name="A plan", level=2)).to_be_visible()
    await expect(answered.get_by_role("group", name=reader.t("markdown.table"))).to_be_visible()
    await expect(answered.get_by_role("row").nth(1).get_by_role("cell").first).to_have_text("2026-07")
    await expect(answered.get_by_role("img", name=reader.t("markdown.task.done"))).to_be_visible()
    for name in ("retry", "copy", "edit"):
        await expect(tool(answered, reader, name)).to_be_visible()
    await expect(composer(reader)).to_be_focused()
    said = Counter(await reader.heard())
    assert said[reader.t("chat.announce.done")] == 1
    assert said[reader.t("chat.announce.began")] <= 1
    assert not [words for words in said if "plan" in words]


async def test_stopping_and_continuing_keep_the_focus_at_hand(person: SignIn, language: Language) -> None:
    reader = await person(language=language)
    await reader.ask("slow", "streaming")
    await reader.page.get_by_text("word5 ").wait_for()
    running = turn(reader, "slow")
    await reader.button("chat.stop").last.focus()
    await reader.page.keyboard.press("Enter")
    await expect(reader.page.locator(".unseen[role=status]").last).to_have_text(reader.t("chat.announce.cancelled"))
    await expect(composer(reader)).to_be_focused()
    said = Counter(await reader.heard())
    assert [said[reader.t(f"chat.announce.{name}")] for name in ("began", "cancelled")] == [1, 1]
    await tool(running, reader, "continue").press("Enter")
    await expect(tool(running, reader, "stop")).to_be_focused()
    await reader.page.keyboard.press("Enter")
    await expect(running).to_have_attribute("data-status", "cancelled")
    await expect(tool(running, reader, "continue")).to_be_focused()


async def test_variants_are_asked_for_and_switched_and_the_focus_stays_with_them(
    person: SignIn, language: Language
) -> None:
    reader = await person(language=language)
    await reader.ask("first")
    await tool(turn(reader, "first"), reader, "retry").press("Enter")
    branches = reader.page.get_by_role("group", name=reader.t("chat.branch.label"))
    await expect(branches).to_contain_text("2/2")
    await expect(tool(turn(reader, "first"), reader, "retry")).to_be_focused()
    await tool(turn(reader, "first"), reader, "edit").press("Enter")
    box = reader.page.get_by_role("textbox", name=reader.t("chat.edit.label"))
    await expect(box).to_be_focused()
    await reader.page.keyboard.press("Escape")
    await expect(tool(turn(reader, "first"), reader, "edit")).to_be_focused()
    await reader.page.keyboard.press("Enter")
    await box.fill("second")
    await reader.page.keyboard.press("Control+Enter")
    await expect(turn(reader, "second").get_by_role("group", name=reader.t("chat.branch.label"))).to_contain_text("3/3")
    await expect(composer(reader)).to_be_focused()
    before = branches.get_by_role("button", name=reader.t("chat.branch.before"))
    await before.press("Enter")
    await expect(branches).to_contain_text("2/3")
    await expect(before).to_be_focused()
    await reader.page.keyboard.press("Enter")
    await expect(branches).to_contain_text("1/3")
    await expect(before).to_be_disabled()
    assert await reader.page.evaluate("() => document.activeElement.closest('.turn') !== null")


async def test_a_failure_is_announced_named_and_leads_to_its_remedy(person: SignIn, language: Language) -> None:
    reader = await person(language=language)
    await reader.ask("refuse", "error")
    await expect(reader.page.locator(".unseen[role=status]").last).to_have_text(reader.t("chat.announce.error"))
    problem = turn(reader, "refuse").get_by_role("group", name=reader.t("chat.problem"))
    await expect(problem).to_contain_text(reader.t("errors.upstream.wrong_key"))
    await expect(problem.get_by_role("link", name=reader.t("errors.action.providers"))).to_be_visible()
    await expect(composer(reader)).to_be_focused()


async def test_a_conversation_is_renamed_and_deleted_and_the_focus_is_never_lost(
    person: SignIn, language: Language
) -> None:
    reader, title = await person(language=language), f"to be gone {language}"
    await reader.ask(title)
    menu = reader.page.locator(".talk-head").get_by_role("button", name=reader.t("chat.menu", title=title))
    await expect(menu).to_have_attribute("aria-expanded", "false")
    await menu.press("Enter")
    await expect(menu).to_have_attribute("aria-expanded", "true")
    await expect(reader.page.get_by_role("menuitem", name=reader.t("chat.rename"))).to_be_focused()
    await reader.page.keyboard.press("Enter")
    dialog = reader.page.get_by_role("dialog", name=reader.t("chat.rename"))
    await expect(dialog.get_by_role("textbox")).to_be_focused()
    await dialog.get_by_role("textbox").fill("")
    await reader.page.keyboard.press("Enter")
    await expect(dialog.get_by_role("textbox")).to_have_attribute("aria-invalid", "true")
    await expect(dialog.get_by_role("textbox")).to_have_accessible_description(reader.t("chat.rename.empty"))
    await reader.page.keyboard.press("Escape")
    await expect(menu).to_be_focused()
    await menu.press("Enter")
    await reader.page.get_by_role("menuitem", name=reader.t("chat.delete")).press("Enter")
    await expect(reader.button("parts.undo")).to_be_visible()
    await expect(composer(reader)).to_be_focused()
    await expect(reader.page.locator(".toast[role=status]")).to_contain_text(title)
    await reader.button("parts.undo").press("Enter")
    await expect(reader.page.get_by_role("link", name=title)).to_be_visible()
    await expect(composer(reader)).to_be_focused()


async def test_a_setting_is_switched_and_said_to_be_kept(person: SignIn, language: Language) -> None:
    reader = await person(language=language)
    await reader.part("look")
    await expect(reader.page.get_by_role("main")).to_be_focused()
    await reader.part("models")
    await expect(reader.page.get_by_role("heading", name=reader.t("settings.models.title"), level=2)).to_be_focused()
    switch = reader.page.get_by_role("switch", name=reader.t("settings.models.title_calls"))
    was = await switch.is_checked()
    await switch.press("Space")
    await expect(switch).to_be_checked(checked=not was)
    await expect(reader.page.get_by_role("status").filter(has_text=reader.t("parts.saved"))).to_be_visible()
    await expect(switch).to_be_focused()
    await switch.press("Space")
    await expect(switch).to_be_checked(checked=was)
    temperature = reader.page.get_by_role("textbox", name=reader.t("settings.models.temperature"))
    await temperature.fill("9")
    await reader.page.keyboard.press("Tab")
    await expect(temperature).to_have_attribute("aria-invalid", "true")
    assert reader.t("settings.number_range", min="0", max="2") in "".join(await reader.heard())


async def test_a_provider_is_added_with_its_key_and_deleted_after_a_question(
    person: SignIn, language: Language
) -> None:
    reader, name = await person(language=language), f"Reader {language}"
    await reader.part("providers")
    await reader.button("settings.providers.add").press("Enter")
    dialog = reader.page.get_by_role("dialog", name=reader.t("settings.providers.add"))
    named = dialog.get_by_role("textbox", name=reader.t("settings.providers.name"))
    await expect(named).to_be_focused()
    await reader.page.keyboard.press("Enter")
    await expect(named).to_have_attribute("aria-invalid", "true")
    await expect(named).to_be_focused()
    await named.fill(name)
    await dialog.get_by_role("textbox", name=reader.t("settings.providers.address")).fill("http://127.0.0.1:9/v1")
    await dialog.get_by_label(reader.t("settings.providers.key_optional")).fill("sk-reader-0123456789")
    await reader.page.keyboard.press("Enter")
    card = reader.page.get_by_role("region", name=name)
    await expect(card).to_contain_text(reader.t("settings.keys.set"))
    await expect(reader.button("settings.providers.add")).to_be_focused()
    more = card.get_by_role("button", name=reader.t("settings.providers.more", name=name))
    await more.press("Enter")
    await reader.page.get_by_role("menuitem", name=reader.t("settings.providers.delete")).press("Enter")
    question = reader.page.get_by_role("dialog", name=name)
    await expect(question.get_by_role("button", name=reader.t("parts.cancel"))).to_be_focused()
    await reader.page.keyboard.press("Enter")
    await expect(more).to_be_focused()
    await more.press("Enter")
    await reader.page.get_by_role("menuitem", name=reader.t("settings.providers.delete")).press("Enter")
    await question.get_by_role("button", name=reader.t("parts.delete")).press("Enter")
    await expect(card).to_have_count(0)
    await expect(reader.page.get_by_role("heading", name=reader.t("settings.providers.title"), level=2)).to_be_focused()
