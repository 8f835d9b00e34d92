"""What a model says can neither run, nor fetch, nor pretend: it becomes text in allowed elements."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from playwright.async_api import JSHandle, Page

from tests.page.markdown import corpus
from tests.page.site import Site
from tests.support.browser import Chromium

pytestmark = pytest.mark.browser

PLAIN = "p h2 h3 h4 h5 h6 blockquote ul ol li strong em del code br hr pre table thead tbody tr th td a span div button"
OWN = "md-code md-math md-rest"
# What KaTeX lays out; its nodes are made by our own builder.
SET = (
    "svg path line math semantics annotation mrow mi mn mo ms mtext mspace msup msub msubsup mfrac msqrt mroot munder "
    "mover munderover mtable mtr mtd mpadded mphantom mstyle menclose"
)
ATTRIBUTES = {
    "a": {"href", "rel", "target", "class"},
    "button": {"class", "type", "aria-label"},
    "div": {"class", "role", "tabindex", "aria-label"},
    "li": {"class"},
    "md-math": {"class"},
    "ol": {"start"},
    "pre": {"class", "tabindex", "aria-label"},
    "code": {"class"},
    "span": {"class", "title", "role", "aria-label", "aria-hidden", "data-done", "style"},
    "td": {"data-align"},
    "th": {"data-align"},
}


def is_allowed(pair: str) -> bool:
    element, _, attribute = pair.rstrip("]").partition("[")
    if element in SET.split():
        return not attribute.startswith("on") and attribute not in {"href", "src", "xlink:href"}
    known = element in (PLAIN + " " + OWN).split()
    return known and (not attribute or attribute in ATTRIBUTES.get(element, set()))


@dataclass(slots=True)
class Tripwire:
    """A port that must stay silent."""

    port: int = 0
    touched: list[str] = field(default_factory=list)


@pytest.fixture
async def tripwire() -> AsyncIterator[Tripwire]:
    wire = Tripwire()

    async def touched(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        wire.touched.append((await reader.readline()).decode(errors="replace"))
        writer.close()

    server = await asyncio.start_server(touched, "127.0.0.1", 0)
    wire.port = server.sockets[0].getsockname()[1]
    async with server:
        yield wire


async def test_MD_01_no_vector_runs_or_leaves_the_allowed_elements(page: Page, harness: JSHandle) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    for vector in corpus.EVERYTHING:
        found = await harness.evaluate("async (harness, text) => harness.pairs(await harness.show(text))", vector)
        strange = [pair for pair in found if not is_allowed(pair)]
        assert not strange, f"{vector!r} made {strange}"
    await page.wait_for_timeout(1500)
    assert dialogs == []
    assert await harness.evaluate("harness => harness.seen") == {"violations": [], "dialogs": 0}
    assert await harness.evaluate("harness => harness.newGlobals()") == []


async def test_MD_01_clicking_everything_clickable_opens_nothing_but_the_question(
    page: Page, harness: JSHandle, site: Site
) -> None:
    for vector in corpus.LINKS:
        await harness.evaluate("async (harness, text) => { await harness.show(text) }", vector)
        for link in await page.locator("#place a").all():
            href = await link.get_attribute("href")
            assert href is not None and href.split(":")[0] in {"http", "https", "mailto"}, f"{vector!r}: {href}"
            await link.click()
            assert await page.locator("dialog[open]").count() == 1
            await page.keyboard.press("Escape")
    assert page.url == f"{site.url}/"
    assert len(page.context.pages) == 1
    assert await harness.evaluate("harness => harness.seen") == {"violations": [], "dialogs": 0}


async def test_MD_04_no_image_is_fetched_and_the_reader_sees_what_was_blocked(
    page: Page, harness: JSHandle, tripwire: Tripwire, site: Site
) -> None:
    before = len(site.asked)
    for vector in corpus.IMAGES:
        text = vector.replace("TRIPWIRE", f"127.0.0.1:{tripwire.port}")
        await harness.evaluate("async (harness, text) => { await harness.show(text) }", text)
        if text.startswith("!["):
            assert "Blocked image" in await page.locator(".image-blocked").first.inner_text()
    await harness.evaluate(
        "async (harness, text) => { await harness.show(text) }", f"![a](http://127.0.0.1:{tripwire.port}/i)"
    )
    assert f"127.0.0.1:{tripwire.port}/…" in await page.locator(".image-blocked").inner_text()
    await page.wait_for_timeout(500)
    assert tripwire.touched == []
    assert [path for path in site.asked[before:] if not path.startswith("/static/")] == []


async def test_MD_05_a_link_shows_where_it_leads_before_it_is_followed(page: Page, harness: JSHandle) -> None:
    text = "[my bank](https://аррӏе.com/%ED%95%9C%EA%B8%80?secret=abc)"
    await harness.evaluate("async (harness, text) => { await harness.show(text) }", text)
    assert await page.locator("#place a").get_attribute("rel") == "noopener noreferrer nofollow"
    await page.locator("#place a").click()
    dialog = page.locator("dialog[open]")
    assert await dialog.locator(".leaving__host").inner_text() == "xn--80ak6aa92e.com"
    assert "/한글?secret=abc" in await dialog.locator(".leaving__address").inner_text()
    assert "11" in await dialog.locator(".leaving__note").inner_text()
    assert await page.evaluate("document.activeElement.textContent") == "Stay here"


# What is written, the host as the network sees it, a part of the decoded address, and what is warned of.
LEADING = [
    ("https://аррӏе.com/", "xn--80ak6aa92e.com", "https://xn--80ak6aa92e.com/", ["another script"]),
    ("https://раураl.com/login", "xn--l-7sba6dbr.com", "/login", ["another script"]),
    ("https://google.com@evil.example/", "evil.example", "google.com@evil.example", ["user name or a password"]),
    ("http://example.com:8080/", "example.com:8080", "http://example.com:8080/", ["not encrypted"]),
    (
        "https://example.com/%EC%95%88%EB%85%95?q=%EB%B9%84%EB%B0%80#%EB%81%9D",
        "example.com",
        "/안녕?q=비밀#끝",
        ["31 char"],
    ),
    (f"https://example.com/?{'secret' * 500}", "example.com", "secret" * 500, ["3,001 char"]),
    ("https://example.com/\u202egpj.exe", "example.com", "/⟨U+202E⟩gpj.exe", []),
    ("https://example.com/%E2%80%AEgpj%00%ff", "example.com", "%E2%80%AEgpj%00%ff", []),
    ("https://[::1]/x", "[::1]", "https://[::1]/x", []),
    ("mailto:a@example.com?subject=secret", "a@example.com", "mailto:a@example.com?subject=secret", ["15 char"]),
]


@pytest.mark.parametrize(("address", "host", "shown", "warnings"), LEADING, ids=lambda value: str(value)[:30])
async def test_MD_05_the_question_tells_the_whole_address(
    page: Page, harness: JSHandle, address: str, host: str, shown: str, warnings: list[str]
) -> None:
    await harness.evaluate("async (harness, text) => { await harness.show(text) }", f"[my bank](<{address}>)")
    link = page.locator("#place a")
    assert await link.get_attribute("ping") is None
    await link.click()
    dialog = page.locator("dialog[open]")
    assert await dialog.locator(".leaving__host").inner_text() == host
    assert shown in await dialog.locator(".leaving__address").inner_text()
    words = await dialog.locator(".leaving__warning, .leaving__note").all_inner_texts()
    assert len(words) == len(warnings)
    for word, warning in zip(words, warnings, strict=True):
        assert warning in word
    go = dialog.locator("a")
    assert await go.get_attribute("rel") == "noopener noreferrer nofollow"
    assert await go.get_attribute("ping") is None
    assert await go.get_attribute("href") == await link.get_attribute("href")


async def test_MD_05_no_other_scheme_can_be_clicked_and_no_other_button_follows(page: Page, harness: JSHandle) -> None:
    for scheme in (
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "vscode://x",
        "tel:1",
        "blob:x",
        "x:y",
    ):
        await harness.evaluate("async (harness, text) => { await harness.show(text) }", f"[a](<{scheme}>) <{scheme}>")
        assert await page.locator("#place a").count() == 0, scheme
    await harness.evaluate("async (harness, text) => { await harness.show(text) }", "[a](https://example.com/)")
    for click in ({"button": "middle"}, {"modifiers": ["Control"]}, {"modifiers": ["Shift"]}):
        await page.locator("#place a").click(**click)
        assert await page.locator("dialog[open]").count() == 1
        await page.keyboard.press("Escape")
    assert len(page.context.pages) == 1
    prefetched = "document.querySelectorAll('link[rel*=fetch], link[rel*=connect], link[rel*=render]').length"
    assert await page.evaluate(prefetched) == 0


async def test_MD_06_markup_cannot_be_written_into_the_page(page: Page, harness: JSHandle, chromium: Chromium) -> None:
    chromium.watch.allow("TrustedHTML|require-trusted-types-for")
    assert (
        await page.evaluate(
            "() => { try { document.body.innerHTML = '<b>x</b>' } catch (error) { return error.name } }"
        )
        == "TypeError"
    )
    assert await harness.evaluate("harness => harness.tryToCreate('script', {})") == "TypeError"
    assert await harness.evaluate("harness => harness.tryToCreate('a', { onclick: 'x' })") == "TypeError"


async def test_MD_07_unseen_characters_are_shown_in_code_and_links(page: Page, harness: JSHandle) -> None:
    text = "```js\nif (a\u202e) {}\u200b\n```\n\n`x\u2066y` [pay\u200bpal](https://example.com)\n\n👨‍👩‍👧 ❤️"
    await harness.evaluate("async (harness, text) => { await harness.show(text) }", text)
    await page.wait_for_timeout(1000)
    marks = await page.locator("#place .control-mark").all_inner_texts()
    assert sorted(marks) == ["U+200B", "U+200B", "U+202E", "U+2066"]
    assert "👨‍👩‍👧 ❤️" in await page.locator("#place").inner_text()


# One of each kind that shows nothing: bidirectional controls, tag characters, joiners and fillers, what looks blank.
UNSEEN = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\U000e0001\U000e0041\U000e007f"
BLANK = "\u00ad\u034f\u115f\u1160\u17b4\u180e\u200b\u200c\u200d\u2060\u2064\u3164\ufeff\uffa0\u0001\u007f\u0085"


@pytest.mark.parametrize(
    ("before", "after", "unseen"),
    [
        ("a", "b", UNSEEN),
        ("**a", "b**", UNSEEN),
        ("`a", "b`", UNSEEN + BLANK),
        ("```\na", "b\n```", UNSEEN + BLANK),
        ("```js\na", "b\n```", UNSEEN + BLANK),
        ("    a", "b", UNSEEN + BLANK),
        ("[a", "b](https://example.com)", UNSEEN + BLANK),
        ("![a", "b](https://example.com/x.png)", UNSEEN + BLANK),
        ("| h |\n|---|\n| a", "b |", UNSEEN),
        ("$a", "b$", UNSEEN + BLANK),
    ],
    ids=["prose", "bold", "span", "code", "coloured", "indented", "link", "image", "cell", "formula"],
)
async def test_MD_07_each_unseen_character_is_named(
    page: Page, harness: JSHandle, before: str, after: str, unseen: str
) -> None:
    text = "\n\n".join(f"{before}{character}{after}" for character in unseen)
    if before.startswith("$"):
        text = text.replace("$a", "$\\unknown a")
    await harness.evaluate("async (harness, text) => { await harness.show(text) }", text)
    marks = set(await page.locator("#place .control-mark").all_inner_texts())
    assert marks >= {f"U+{ord(character):04X}" for character in unseen}
    assert not set(unseen) & set(await page.locator("#place").inner_text())
