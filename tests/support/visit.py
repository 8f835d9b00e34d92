"""Visits of a signed-in person; the first with an empty browser cache is counted by the browser itself."""

from dataclasses import dataclass
from typing import Any

from playwright.async_api import BrowserContext, Page, StorageState

from tests.support.browser import Chromium
from tests.support.server import Server

# Resource Timing counts what came over the wire, headers and compression included.
_WATCH = """
window.composer = new Promise((resolve) => {
  const look = () => {
    const box = document.querySelector("textarea, [contenteditable]")
    if (!box || box.disabled) return requestAnimationFrame(look)
    const milliseconds = performance.now()
    const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    resolve([milliseconds, all.length, all.reduce((sum, one) => sum + one.transferSize, 0)])
  }
  look()
})
"""
_COUNT = "() => 1 + performance.getEntriesByType('resource').length"


@dataclass(frozen=True, slots=True)
class Visit:
    """Until the composer can take a key: time, requests and bytes; and the requests until the page was quiet."""

    milliseconds: float
    requests: int
    bytes: int
    all_requests: int


async def signed_in_state(chromium: Chromium, server: Server) -> StorageState:
    """Sign in as a person does and return what the browser keeps: the cookie and the stored token."""
    page = await chromium.page(language="en")
    await page.goto(server.sign_in_url)
    await page.locator("textarea").first.wait_for()
    return await page.context.storage_state()


async def signed_in_page(chromium: Chromium, server: Server, path: str = "/chat", **how: Any) -> Page:
    """Open `path` in a browser of its own that is signed in, and wait until the chat page is furnished."""
    page = await chromium.page(**{"language": "en", **how})
    credentials = server.sign_in()
    cookies = credentials.cookies.items()
    await page.context.add_cookies([{"name": name, "value": value, "url": server.url} for name, value in cookies])
    await page.context.add_init_script(f"localStorage.setItem('madang.token', JSON.stringify('{credentials.token}'))")
    await page.goto(server.url + path)
    await page.locator(".composer__tools button").first.wait_for()
    return page


async def cold_visit(context: BrowserContext, url: str) -> Visit:
    """Open `url` in a fresh context. Raises `TimeoutError` where no composer appears or it does not take the key."""
    await context.add_init_script(_WATCH)
    page = await context.new_page()
    await page.goto(url)
    milliseconds, requests, size = await page.evaluate("() => window.composer")
    await page.locator("textarea").first.press("a")
    await page.wait_for_function("() => document.querySelector('textarea').value === 'a'")
    await page.wait_for_load_state("networkidle")
    return Visit(milliseconds, requests, size, await page.evaluate(_COUNT))
