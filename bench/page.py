"""The first page in a cold browser: requests, bytes over the wire, and the time until the composer takes a key."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.async_api import BrowserContext

from bench.figures import Figure, median
from tests.support import browser
from tests.support.server import Server

RUNS = 5
# Resource Timing counts what came over the wire, headers and compression included.
_WATCH = """
window.composer = new Promise((resolve) => {
  const look = () => {
    const box = document.querySelector("textarea, [contenteditable]")
    if (!box || box.disabled) return requestAnimationFrame(look)
    const time = performance.now()
    const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    resolve({ time, requests: all.length, bytes: all.reduce((sum, one) => sum + one.transferSize, 0) })
  }
  look()
})
"""
_ALL = "() => 1 + performance.getEntriesByType('resource').length"


def measure() -> Iterator[Figure]:
    executable = browser.find_chromium()
    if executable is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder)).start()
        try:
            runs, requests = asyncio.run(_visits(executable, server))
        finally:
            server.stop()
    yield Figure("first page: requests until the composer", median([run["requests"] for run in runs]), "", goal=25)
    yield Figure("first page: until the composer", median([run["bytes"] for run in runs]) / 1024, "KiB", goal=250)
    yield Figure("first page: composer takes a key", median([run["time"] for run in runs]), "ms", goal=500, runs=RUNS)
    yield Figure("first page: requests in all", requests, "", goal=60)


async def _visits(executable: str, server: Server) -> tuple[list[dict[str, float]], float]:
    async with browser.chromium(executable) as chromium:
        known = await chromium.page(language="en")
        await known.goto(server.sign_in_url)
        await known.locator("textarea").first.wait_for()
        state = await known.context.storage_state()
        seen = []
        for _ in range(RUNS):
            # A context of its own has an empty cache; only the signed-in session comes along.
            context = await chromium.browser.new_context(storage_state=state, locale="en-US")
            seen.append(await _visit(context, server.url))
        return [run for run, _ in seen], max(requests for _, requests in seen)


async def _visit(context: BrowserContext, url: str) -> tuple[dict[str, float], float]:
    await context.add_init_script(_WATCH)
    page = await context.new_page()
    await page.goto(url)
    run: dict[str, float] = await page.evaluate("() => window.composer")
    await page.keyboard.press("a")
    await page.wait_for_timeout(1500)
    requests: float = await page.evaluate(_ALL)
    await context.close()
    return run, requests
