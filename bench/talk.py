"""The chat page in Chromium: its memory, how long it is busy at a stretch, and a conversation of 5,000 messages."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page

from bench.figures import Figure
from madang.db.database import FILE_NAME
from madang.gateway.fake_upstream import FakeUpstream, Say
from tests.support import browser
from tests.support.long import store_long_conversation
from tests.support.server import Server
from tests.support.tasks import watched_tasks
from tests.support.visit import signed_in_page

TOKENS, MESSAGES = 20_000, 5000
WAIT_MS = 240_000
_SCROLL = """async () => {
  const box = document.querySelector(".thread__scroll"), gaps = []
  let before = performance.now()
  for (let step = 0; step < 120; step++) {
    box.scrollTop -= 400
    await new Promise(requestAnimationFrame)
    const now = performance.now()
    gaps.push(now - before)
    before = now
  }
  return gaps.sort((one, other) => one - other)[Math.floor(gaps.length * 0.95)]
}"""


def measure() -> Iterator[Figure]:
    executable = browser.find_chromium()
    if executable is None:
        print("  no Chromium here", flush=True)
        return
    yield from asyncio.run(_with_a_server(executable))


async def _with_a_server(executable: str) -> list[Figure]:
    answer = " ".join(f"word{number % 100}{'.' if number % 12 else chr(10) * 2}" for number in range(TOKENS))
    with tempfile.TemporaryDirectory() as folder:
        async with FakeUpstream(Say(answer, per_token_delay=0.001)) as upstream:
            provider = {"OPENAI_BASE_URL": upstream.base_url, "OPENAI_API_KEY": "b", "MADANG_MODEL": "env/fake-model"}
            server = Server(Path(folder), provider)
            await asyncio.to_thread(server.start)
            await asyncio.to_thread(server.stop)
            conversation_id = await store_long_conversation(server.data_dir / FILE_NAME, MESSAGES // 2)
            await asyncio.to_thread(server.start)
            try:
                return await _measure(executable, server, conversation_id)
            finally:
                await asyncio.to_thread(server.stop)


async def _measure(executable: str, server: Server, conversation_id: str) -> list[Figure]:
    async with browser.chromium(executable) as chromium:
        async with _opened(chromium, server, "/chat") as page:
            heap = Figure("chat page: JS heap", await _heap_mib(page), "MiB", goal=6)
            streamed = await _while_it_streams(chromium.browser, page)
        async with _opened(chromium, server, f"/chat/{conversation_id}") as page:
            return [heap, *streamed, *await _long(page)]


@asynccontextmanager
async def _opened(chromium: browser.Chromium, server: Server, path: str) -> AsyncIterator[Page]:
    page = await signed_in_page(chromium, server, path)
    yield page
    await page.context.close()


async def _while_it_streams(browser: Browser, page: Page) -> list[Figure]:
    async with watched_tasks(browser, page) as tasks:
        await page.locator("textarea").first.fill("Say much.")
        await page.locator("textarea").first.press("Enter")
        await page.locator(".receipt", has_text="tokens").first.wait_for(timeout=WAIT_MS)
    name = f"chat page while {TOKENS} tokens come in"
    return [
        Figure(f"{name}: longest task, processor time", tasks.longest, "ms", goal=50),
        Figure(f"{name}: tasks over 50 ms", tasks.over(50), ""),
        Figure(f"{name}: JS heap at its end", await _heap_mib(page), "MiB"),
    ]


async def _long(page: Page) -> list[Figure]:
    await page.locator(".turn").last.wait_for(timeout=WAIT_MS)
    name = f"conversation of {MESSAGES} messages"
    return [
        Figure(f"{name}: turns on the page", await page.locator(".turn").count(), "", goal=60),
        Figure(f"{name}: JS heap", await _heap_mib(page), "MiB", goal=6),
        Figure(f"{name}: p95 between frames while scrolling", await page.evaluate(_SCROLL), "ms", goal=50),
    ]


async def _heap_mib(page: Page) -> float:
    session = await page.context.new_cdp_session(page)
    await session.send("HeapProfiler.collectGarbage")
    used: int = (await session.send("Runtime.getHeapUsage"))["usedSize"]
    return used / 2**20
