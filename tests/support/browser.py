"""A real Chromium. Every console error, uncaught exception, report of the policy and far request fails its test."""

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright, expect

Theme = Literal["light", "dark"]
Language = Literal["ko", "en"]
DESKTOP, PHONE = (1280, 800), (390, 844)
_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
# With every window come two hidden pages for its address bar; they cost more than most pages of ours.
_UNUSED = ("WebUIOmniboxPopup", "WebUIOmniboxAimPopup")
# What Playwright turns off, said again because the last `--disable-features` is the one that counts.
_OFF = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
)
FLAGS = (*_FLAGS, f"--disable-features={','.join((*_OFF, *_UNUSED))}")
# Each report of the content security policy, said aloud: some a browser keeps to itself.
_REPORTS = """
addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample, disposition }) =>
  console.error(`policy report: ${disposition} ${effectiveDirective} ${blockedURI} ${sample}`))
"""
_HERE = {"127.0.0.1", "localhost", "::1", None}


def find_chromium() -> str | None:
    """Return the path of this machine's Chromium, or None."""
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


@dataclass(eq=False)  # without slots: Playwright keeps a note on the owner of a listener
class Watch:
    """What went wrong on the pages of one test. `allow` names what the test brings about on purpose."""

    problems: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def allow(self, pattern: str) -> None:
        """Let problems that match the regular expression `pattern` pass."""
        self.allowed.append(pattern)

    def follow(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        page.on("request", self._request)

    def unexpected(self) -> list[str]:
        return [problem for problem in self.problems if not any(re.search(a, problem) for a in self.allowed)]

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in _HERE:
            self.problems.append(f"request off this machine: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text} ({message.location.get('url', '')})")


@dataclass(slots=True)
class Chromium:
    """Opens pages, each in a context of its own: no cookie, cache or storage is shared unless asked for."""

    browser: Browser
    watch: Watch

    async def page(
        self,
        *,
        language: Language = "ko",
        theme: Theme = "light",
        size: tuple[int, int] = DESKTOP,
        touch: bool = False,
    ) -> Page:
        """Open an empty page as a person with this language, theme and screen has it."""
        context = await self.browser.new_context(
            locale={"ko": "ko-KR", "en": "en-US"}[language],
            color_scheme=theme,
            viewport={"width": size[0], "height": size[1]},
            has_touch=touch,
            reduced_motion="reduce",
            timezone_id="Asia/Seoul",
        )
        await context.add_init_script(_REPORTS)
        page = await context.new_page()
        self.watch.follow(page)
        return page


@asynccontextmanager
async def launched(executable: str) -> AsyncIterator[Browser]:
    """Start a Chromium without a window and end it. What is expected of a page may take as long as any wait."""
    expect.set_options(timeout=30_000)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def watched(browser: Browser) -> AsyncIterator[Chromium]:
    """Lend a running Chromium and close what was opened; raises `AssertionError` with every problem the pages had."""
    watch, others = Watch(), set(browser.contexts)
    try:
        yield Chromium(browser, watch)
    finally:
        for context in set(browser.contexts) - others:
            await context.close()
    assert not watch.unexpected(), "the page had problems:\n" + "\n".join(watch.unexpected())


@asynccontextmanager
async def chromium(executable: str) -> AsyncIterator[Chromium]:
    """Start a Chromium of one's own, watched as above."""
    async with launched(executable) as browser, watched(browser) as lent:
        yield lent
