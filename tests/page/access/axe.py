"""axe-core looks at a page as it stands: in light and dark, on a desk and on a phone."""

from collections.abc import AsyncIterator, Sequence
from importlib.resources import files
from typing import Any

from playwright.async_api import Page, ViewportSize

from tests.support.browser import Theme

BOTH: tuple[Theme, ...] = ("dark", "light")
_DESK, _PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=375, height=750)
_LIBRARY = files("axe_playwright_python").joinpath("axe.min.js")
_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_WHOLE: dict[str, Any] = {"runOnly": {"type": "tag", "values": _TAGS}, "rules": {"target-size": {"enabled": True}}}
# A theme changes colours and nothing else.
_COLOURS: dict[str, Any] = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
# What stands behind a dialog is out of reach, and was looked at before the dialog opened.
_RUN = """async (options) => {
  const place = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document
  const { violations } = await axe.run(place, { ...options, resultTypes: ["violations"], preload: false })
  return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) =>
    `${id} at ${target.join(" ")}: ${failureSummary.split("\\n").slice(1).join(" ").trim()}`))
}"""


async def violations(page: Page, state: str, themes: Sequence[Theme] = BOTH) -> list[str]:
    """Return what axe finds in each theme and size, each named by `state`; the page is left light and wide."""
    return [problem async for problem in _everywhere(page, state, themes)]


async def _everywhere(page: Page, state: str, themes: Sequence[Theme]) -> AsyncIterator[str]:
    for width, size in (("phone", _PHONE), ("desk", _DESK)):
        await page.set_viewport_size(size)
        for theme in themes:
            await page.emulate_media(color_scheme=theme)
            for problem in await _run(page, _WHOLE if theme == "light" else _COLOURS):
                yield f"{state} ({width}, {theme}): {problem}"


async def _run(page: Page, options: dict[str, Any]) -> list[str]:
    if not await page.evaluate("() => 'axe' in window"):
        await page.evaluate(_LIBRARY.read_text())
    found: list[str] = await page.evaluate(_RUN, options)
    return found
