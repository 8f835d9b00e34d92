"""Enter in the middle of a Hangul syllable sends once and whole, in the order of events of each browser."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, JSHandle

from tests.page.site import frontend_site
from tests.support import browser

pytestmark = pytest.mark.browser
HARNESS = Path(__file__).parent / "typing.js"

START, END = {"type": "compositionstart"}, {"type": "compositionend", "data": "요"}
IN_SYLLABLE = {"type": "keydown", "key": "Enter", "keyCode": 229, "isComposing": True}
AFTER_SAFARI = {"type": "keydown", "key": "Enter", "keyCode": 229, "isComposing": False}
PLAIN = {"type": "keydown", "key": "Enter", "keyCode": 13, "isComposing": False}
BREAK = {"type": "beforeinput", "inputType": "insertLineBreak"}
LATER = {"type": "later"}

ORDERS = {
    "Chromium on Linux": [START, IN_SYLLABLE, END],
    "Chromium on Windows, Enter told twice": [START, IN_SYLLABLE, END, PLAIN],
    "Chromium on macOS, Enter told twice, the second later": [START, IN_SYLLABLE, END, LATER, PLAIN],
    "Firefox": [START, IN_SYLLABLE, END, BREAK],
    "Safari, the syllable ends first": [START, END, AFTER_SAFARI],
    "Android, only a line break is told": [START, IN_SYLLABLE, BREAK, END],
    "no syllable open": [PLAIN],
}


@pytest_asyncio.fixture(scope="module")
async def typing(chromium_process: Browser) -> AsyncIterator[JSHandle]:
    async with frontend_site(harness=HARNESS) as site, browser.watched(chromium_process) as chromium:
        page = await chromium.page(language="ko")
        await page.goto(site.url)
        yield await page.evaluate_handle("import('/harness.js')")


@pytest.mark.parametrize("order", ORDERS)
async def test_enter_in_a_syllable_sends_once_and_whole(typing: JSHandle, order: str) -> None:
    outcome = await typing.evaluate(
        "(typing, [text, events]) => typing.play(text, events)", ["안녕하세요", ORDERS[order]]
    )
    assert outcome == {"sent": ["안녕하세요"], "left": ""}


async def test_enter_that_picks_a_candidate_of_another_script_sends_nothing(typing: JSHandle) -> None:
    events = [START, IN_SYLLABLE, {"type": "compositionend", "data": "日本"}, LATER]
    outcome = await typing.evaluate("(typing, [text, events]) => typing.play(text, events)", ["日本", events])
    assert outcome == {"sent": [], "left": "日本"}


async def test_shift_and_enter_break_the_line(typing: JSHandle) -> None:
    events = [{**PLAIN, "shiftKey": True}]
    outcome = await typing.evaluate("(typing, [text, events]) => typing.play(text, events)", ["하나", events])
    assert outcome == {"sent": [], "left": "하나\n"}


async def test_another_key_in_the_syllable_takes_the_enter_back(typing: JSHandle) -> None:
    letter = {"type": "keydown", "key": "a", "keyCode": 65, "isComposing": False}
    outcome = await typing.evaluate(
        "(typing, [text, events]) => typing.play(text, events)", ["가", [START, END, letter]]
    )
    assert outcome == {"sent": [], "left": "가"}


async def test_a_real_input_method_s_syllable_is_sent_whole(typing: JSHandle) -> None:
    """Chromium's own composition, as an input method drives it."""
    page = typing.as_element() or await typing.evaluate_handle("typing => typing.box()")
    owner = page.as_element()
    assert owner is not None
    frame = await owner.owner_frame()
    assert frame is not None
    session = await frame.page.context.new_cdp_session(frame.page)
    await owner.focus()
    await session.send("Input.imeSetComposition", {"text": "하", "selectionStart": 1, "selectionEnd": 1})
    await session.send("Input.imeSetComposition", {"text": "한", "selectionStart": 1, "selectionEnd": 1})
    await session.send(
        "Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Enter", "windowsVirtualKeyCode": 229, "code": "Enter"}
    )
    await session.send("Input.insertText", {"text": "한"})
    await frame.page.wait_for_timeout(50)
    assert await typing.evaluate("typing => typing.outcome()") == {"sent": ["한"], "left": ""}
