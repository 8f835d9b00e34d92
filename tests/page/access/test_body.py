"""Hands and eyes: stops of the Tab key are seen and in order, and nothing is lost on narrow, large or plain pages."""

from itertools import pairwise
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.page.access.conftest import Person, SignIn
from tests.support.browser import Language, Theme

pytestmark = pytest.mark.browser

PARTS = ("providers", "models", "builtin", "limits", "saving", "cache", "look", "tokens", "sessions", "about")
# What is under the focus, where it stands, in which part of the page, and whether it looks otherwise without it.
STOP = """() => {
  const stop = document.activeElement
  const frames = [stop, stop.closest("label"), stop.closest(".composer__box")].filter(Boolean)
  const look = () => frames.map((frame) => {
    const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(frame)
    return [outlineStyle, outlineWidth, boxShadow, borderColor].join()
  }).join()
  const focused = look()
  stop.blur()
  const plain = look()
  stop.focus()
  const { x, y, width, height } = (stop.closest("label") ?? stop).getBoundingClientRect()
  let scrolled = 0
  for (let one = stop; one; one = one.parentElement) scrolled += one.scrollTop
  const places = ".skip, .rail, .list, .talk-head, .welcome, .turn, .composer, .settings__list, .settings__part, dialog"
  return {
    name: `${stop.tagName} ${stop.getAttribute("aria-label") ?? stop.textContent.trim().slice(0, 30)}`,
    place: stop.closest(places)?.className ?? "",
    isBody: stop === document.body,
    isMarked: focused !== plain,
    isSeen: width > 0 && height > 0 && x < innerWidth && x + width > 0 && y < innerHeight && y + height > 0,
    top: y + scrolled, bottom: y + height + scrolled, left: x,
  }
}"""
TOO_WIDE = """() => {
  const isScroller = (one) => one.closest(".table-scroll, .code__text, .math--display, .file__text") !== null
  const isOut = (one) => one.getBoundingClientRect().right > innerWidth + 1 && one.getClientRects().length > 0
  const shown = [...document.querySelectorAll("main *, dialog *, md-door *")]
  const out = shown.filter((one) => !isScroller(one) && isOut(one) && !one.closest(".unseen, .thread__scroll svg"))
  const wide = document.documentElement.scrollWidth > innerWidth ? ["the page itself"] : []
  return [...wide, ...out.slice(0, 5).map((one) => `${one.tagName}.${one.className}`)]
}"""
# WCAG 1.4.12: what a reader may set for the space between letters, words, lines and paragraphs.
SPACED = """() => {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(`
    * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
    p { margin-block-end: 2em !important }`)
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
}"""
CUT = """() => [...document.querySelectorAll("button, a, label, h1, h2, h3, p, dt, dd, legend, .chip")]
  .filter((one) => one.getClientRects().length > 0 && !one.closest(".unseen, .clip, .line, .katex"))
  .filter((one) => !one.matches(".list__link, .talk-head__title") && getComputedStyle(one).overflow === "hidden")
  .filter((one) => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
  .map((one) => `${one.tagName}.${one.className}`)"""


async def stops(page: Page, most: int = 60) -> list[dict[str, Any]]:
    """Press Tab from the first stop of the page to its last."""
    await page.locator(".skip").focus()
    found: list[dict[str, Any]] = []
    for _ in range(most):
        await page.keyboard.press("Tab")
        stop = await page.evaluate(STOP)
        if stop["isBody"]:
            return found
        found.append(stop)
    return found


def problems(found: list[dict[str, Any]]) -> list[str]:
    """Return the stops that are not seen, not marked, or stand before the one they follow in the same place."""
    wrong = [f"not marked: {stop['name']}" for stop in found if not stop["isMarked"]]
    wrong += [f"not seen: {stop['name']}" for stop in found if not stop["isSeen"]]
    for before, after in pairwise(found):
        is_above = after["bottom"] <= before["top"]
        is_left = after["left"] < before["left"] and after["top"] < before["bottom"] and before["top"] < after["bottom"]
        if before["place"] == after["place"] and (is_above or is_left):
            wrong.append(f"{after['name']} stands before {before['name']} and follows it")
    return wrong


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_stop_of_the_tab_key_is_seen_marked_and_in_order(person: SignIn, theme: Theme) -> None:
    someone = await person(language="en", theme=theme)
    await someone.page.locator(".list__none, .list__item").first.wait_for()
    chat = await stops(someone.page)
    assert len(chat) >= 12, chat
    assert problems(chat) == []
    for part in ("providers", "models", "look"):
        await someone.part(part)
        found = await stops(someone.page)
        assert len(found) >= 4, part
        assert problems(found) == [], part


async def test_a_dialog_keeps_the_tab_key_to_itself(person: SignIn) -> None:
    someone = await person("/settings/providers", language="en")
    await someone.button("settings.providers.add").click()
    dialog = someone.page.get_by_role("dialog")
    for _ in range(8):
        await someone.page.keyboard.press("Tab")
        inside = await dialog.evaluate("dialog => dialog.contains(document.activeElement)")
        # Between the last stop and the first the browser's own frame has its turn.
        assert inside or await someone.page.evaluate("() => document.activeElement === document.body")


async def look_around(someone: Person) -> dict[str, list[str]]:
    """Return what is too wide in a chat with everything in it, on the settings pages and in a dialog."""
    page, found = someone.page, {}
    await someone.ask("rich")
    await page.locator(".katex").first.wait_for()
    found["chat"] = await page.evaluate(TOO_WIDE)
    await page.locator(".composer__tool[aria-haspopup=dialog]").last.click()
    await page.locator("dialog .options").wait_for()
    found["options"] = await page.evaluate(TOO_WIDE)
    await page.keyboard.press("Escape")
    for part in PARTS:
        await someone.part(part)
        found[part] = await page.evaluate(TOO_WIDE)
    await someone.part("providers")
    await someone.button("settings.providers.add").click()
    await page.locator("dialog form").wait_for()
    found["provider"] = await page.evaluate(TOO_WIDE)
    return {place: what for place, what in found.items() if what}


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("size", [(320, 640), (640, 400)], ids=["320 px", "200 % of 1280 px"])
async def test_nothing_is_read_by_scrolling_both_ways(
    person: SignIn, language: Language, size: tuple[int, int]
) -> None:
    assert await look_around(await person(language=language, size=size)) == {}


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_text_set_wider_by_its_reader_is_neither_cut_nor_wider_than_the_page(
    person: SignIn, language: Language
) -> None:
    someone = await person(language=language, size=(375, 750))
    await someone.page.evaluate(SPACED)
    assert await look_around(someone) == {}
    await someone.page.keyboard.press("Escape")
    for part in PARTS:
        await someone.part(part)
        assert await someone.page.evaluate(CUT) == [], part


async def test_where_motion_is_unwanted_nothing_moves(person: SignIn) -> None:
    someone = await person(language="en")
    await someone.ask("slow", "streaming")
    await someone.page.get_by_text("word5 ").wait_for()
    moving = "() => document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime > 20).length"
    assert await someone.page.evaluate(moving) == 0
    await someone.button("chat.stop").last.click()
    await someone.page.locator(".turn[data-status=cancelled]").wait_for()


async def test_where_the_system_has_the_colours_states_are_still_told_apart(person: SignIn) -> None:
    someone = await person("/settings/look", language="en")
    await someone.page.emulate_media(forced_colors="active")
    frame = "one => getComputedStyle(one).outlineStyle"
    chosen = someone.page.locator(".choice__one:has(:checked)").first
    other = someone.page.locator(".choice__one:not(:has(:checked))").first
    assert [await one.evaluate(frame) for one in (chosen, other)] == ["solid", "none"]
    assert await someone.page.locator(".settings__link[aria-current]").evaluate(frame) == "solid"
    await someone.part("cache")
    switch = someone.page.get_by_role("switch").first
    knob = "one => getComputedStyle(one, '::before').backgroundColor"
    ground = "one => getComputedStyle(one).backgroundColor"
    assert await switch.evaluate(knob) != await switch.evaluate(ground)
    await expect(switch).to_be_checked()
