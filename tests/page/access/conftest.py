"""One house for every test of access: a scripted provider, a server with a password, and people who open pages."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page

from madang.gateway.fake_upstream import FakeUpstream, Fault, Received, Say, Status, Turn
from tests.support import browser
from tests.support.browser import Language, Watch
from tests.support.server import ROOT, Server, running

# Notes what changes in the places a screen reader listens to.
LISTENER = """
window.said = []
new MutationObserver((records) => {
  const regions = records.map(({ target }) => (target.nodeType === 1 ? target : target.parentElement))
    .map((element) => element?.closest("[aria-live], [role=status], [role=alert]"))
  for (const region of new Set(regions)) if (region?.textContent) window.said.push(region.textContent)
  for (const added of records.flatMap(({ addedNodes }) => [...addedNodes]))
    if (added.matches?.("[role=status], [role=alert]") && added.textContent) window.said.push(added.textContent)
}).observe(document, { subtree: true, childList: true, characterData: true })
"""
PASSWORD = "열려라 참깨, 오늘도"
RICH = """# A plan

Three steps, **one** table and a [link](https://example.org/a?b=c).

1. Read the folder
2. Sort by `mtime`
   - newest first

| Month | Photos | Size |
|:--|--:|--:|
| 2026-07 | 1,204 | 4.1 GB |
| 2026-08 | 1,688 | 5.9 GB |

## The code

```python
def newest(folder: Path) -> list[Path]:
    \"\"\"Newest first.\"\"\"
    return sorted(folder.glob("*.jpg"), key=lambda p: p.stat().st_mtime, reverse=True)  # 3 of 4
```

- [x] read
- [ ] write

Euler: $e^{i\\pi} + 1 = 0$, and

$$\\int_0^1 x^2\\,dx = \\frac{1}{3}$$

> A quote, and an image ![cat](https://elsewhere.example/cat.png)
"""


def scripted(request: Received) -> Turn:
    """Answer by the last word: at length, slowly (so goes on what was cut off), half, not at all, or with the words."""
    last = request.prompt.split()[-1]
    if last in {"slow", "introduction."}:
        return Say(" ".join(f"word{number}" for number in range(2000)), per_token_delay=0.02)
    return {
        "rich": Say(RICH, reasoning="Let me see.", cached_tokens=2),
        "cut": Fault.truncated_chunk,
        "refuse": Status(401, "Incorrect API key provided", "invalid_api_key"),
    }.get(last, Say(f"You said **{request.prompt}**."))


@dataclass(frozen=True, slots=True)
class House:
    """What all tests here share."""

    upstream: FakeUpstream
    server: Server


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a page, who reads one language."""

    page: Page
    language: Language
    watch: Watch
    house: House
    words: dict[str, str]

    def t(self, key: str, **values: str) -> str:
        """Return the page's words for `key`."""
        return self.words[key].format(**values)

    def button(self, key: str, **values: str) -> Locator:
        """Return the buttons that are called so, in the topmost dialog where one is open."""
        return self.page.get_by_role("button", name=self.t(key, **values), exact=True)

    async def heard(self) -> list[str]:
        """Return what a screen reader was given to say since the last time, each sentence as often as it was said."""
        said: list[str] = await self.page.evaluate("() => window.said.splice(0)")
        return said

    async def go(self, path: str) -> None:
        """Open another address of the page without loading it anew."""
        move = "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')) }"
        await self.page.evaluate(move, path)

    async def part(self, name: str) -> None:
        """Open a part of the settings and wait until it is drawn."""
        await self.go(f"/settings/{name}")
        await self.page.locator(f"md-settings-{name}:not([aria-busy])").wait_for()

    async def chat(self) -> None:
        """Open the page of a new conversation, with everything on it."""
        await self.go("/chat")
        await self.page.locator(".composer__tools button").first.wait_for()
        await self.page.locator(".welcome:not([hidden])").wait_for()

    async def ask(self, text: str, status: str = "done") -> None:
        """Send a message and wait until its turn stands so."""
        await self.page.locator("#composer-input").fill(text)
        await self.page.keyboard.press("Enter")
        await self.page.locator(f".turn[data-status={status}]").last.wait_for()


SignIn = Callable[..., Awaitable[Person]]


@pytest_asyncio.fixture(scope="package")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with FakeUpstream(scripted, models=["tiny"]) as upstream:
        known = {"OPENAI_BASE_URL": upstream.base_url, "OPENAI_API_KEY": "sk-test-key", "MADANG_MODEL": "env/tiny"}
        with running(tmp_path_factory.mktemp("house"), MADANG_PASSWORD=PASSWORD, **known) as server:
            yield House(upstream, server)


@pytest.fixture
def stranger(house: House, chromium: browser.Chromium) -> SignIn:
    """Open a path as somebody who is not signed in."""

    async def open_(
        path: str = "/chat", language: Language = "ko", server: Server = house.server, **how: Any
    ) -> Person:
        page = await chromium.page(language=language, **how)
        await page.add_init_script(LISTENER)
        await page.goto(server.url + path)
        words = json.loads((ROOT / f"frontend/locales/{language}.json").read_text("utf-8"))
        return Person(page, language, chromium.watch, house, words)

    return open_


@pytest.fixture
def person(house: House, stranger: SignIn) -> SignIn:
    """Open a path as somebody who has just come in: `person("/settings/look", language="en")`."""

    async def open_(path: str = "/chat", server: Server = house.server, **how: Any) -> Person:
        bearer = {"Authorization": f"Bearer {server.runtime['control_key']}"}
        with server.anonymous() as client:
            code = client.post("/api/session/code", headers=bearer).raise_for_status().json()["code"]
        person = await stranger(f"{path}#code={code}", server=server, **how)
        await person.page.locator("md-line[data-line=open]").wait_for()
        return person

    return open_
