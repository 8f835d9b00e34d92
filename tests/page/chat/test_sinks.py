"""What a stranger wrote stays words at every place that shows it: titles, names, errors, toasts, receipts, drafts."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from madang.gateway.fake_upstream import FakeUpstream, Received, Say, Status, Turn
from tests.page.markdown import corpus
from tests.support import browser
from tests.support.server import Server, running
from tests.support.visit import signed_in_page

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
VECTORS = [*corpus.SCRIPTS, *corpus.LINKS, *corpus.IMAGES]
ELEMENTS = (
    "a article aside blockquote body br button circle code dd del details dialog div dl dt em fieldset footer form h1 "
    "h2 h3 h4 h5 h6 head header hr html img input kbd label legend li line link main meta nav noscript ol optgroup "
    "option output p path pre progress rect script search section select small span strong style summary svg table "
    "tbody td textarea th thead time title tr ul use"
)
# Each element of the page, and of its attributes those that run or lead somewhere, with where they lead.
LOOK = """() => {
  const found = []
  // What a formula is set in has a test of its own.
  for (const element of document.querySelectorAll(':not(md-math *)')) {
    found.push(element.localName)
    for (const { name, value } of element.attributes) {
      if (name.startsWith('on') || ['srcdoc', 'srcset', 'ping', 'action', 'formaction', 'xlink:href'].includes(name))
        found.push(`${element.localName}[${name}]`)
      if (['href', 'src', 'data', 'poster', 'background'].includes(name))
        found.push(`${element.localName}[${name}] ${new URL(value, document.baseURI).href}`)
    }
  }
  return [...new Set(found)]
}"""
# What the page itself may add to its window after its start.
GLOBALS = "() => Object.getOwnPropertyNames(window).filter((name) => !window.atStart.has(name))"
AT_START = "window.atStart = new Set([...Object.getOwnPropertyNames(window), 'atStart'])"


def names(most: int) -> Iterator[str]:
    """Every vector, several to a name where they fit."""
    name = ""
    for vector in VECTORS:
        one = "".join(character for character in " ".join(vector.split()) if character.isprintable())
        if name and len(name) + len(one) >= most:
            yield name
            name = ""
        name = f"{name} {one}".strip()[:most]
    yield name


NAMES = list(names(190))


def scripted(request: Received) -> Turn:
    if "refuse" in request.prompt:
        return Status(400, " ".join(NAMES), code=NAMES[0], type=NAMES[1])
    return Say("\n\n".join(VECTORS))


@dataclass(slots=True)
class Place:
    """A page among names that strangers chose, and the dialogs it opened."""

    server: Server
    client: httpx.Client
    page: Page
    conversations: list[str]
    dialogs: list[str] = field(default_factory=list)

    async def open(self, path: str) -> None:
        await self.page.goto(self.server.url + path)

    async def check(self) -> None:
        """Nothing is on the page that we do not make, no address leads elsewhere, and no script left a mark."""
        for pair in await self.page.evaluate(LOOK):
            name, _, address = pair.partition(" ")
            element = name.partition("[")[0]
            assert element in ELEMENTS.split() or element.startswith("md-"), pair
            assert "[" not in name or name in {"a[href]", "img[src]", "link[href]", "script[src]"}, pair
            ours = address.startswith((f"{self.server.url}/", f"blob:{self.server.url}/"))
            outside = name == "a[href]" and address.split(":")[0] in {"http", "https", "mailto"}
            assert not address or ours or outside, pair
        assert self.dialogs == []
        assert await self.page.evaluate(GLOBALS) == []


@pytest_asyncio.fixture(scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory, chromium_process: Browser) -> AsyncIterator[Place]:
    async with (
        FakeUpstream(scripted, models=["tiny", *NAMES]) as upstream,
        browser.watched(chromium_process) as chromium,
    ):
        known = {"OPENAI_BASE_URL": upstream.base_url, "OPENAI_API_KEY": "sk-test-key", "MADANG_MODEL": "env/tiny"}
        with running(tmp_path_factory.mktemp("madang"), **known) as server, server.client() as client:
            conversations = [furnish(client, upstream.base_url, name) for name in NAMES]
            page = await signed_in_page(chromium, server)
            await page.context.add_init_script(AT_START)
            place = Place(server, client, page, conversations)
            page.on("dialog", lambda dialog: place.dialogs.append(dialog.message))
            yield place
            await page.context.close()


def furnish(client: httpx.Client, provider: str, name: str) -> str:
    """Name a conversation, a preset and a provider like this, and return the conversation's id."""
    options = {"system_prompt": name, "model": f"env/{name}"}
    client.post("/api/chat/presets", json={"name": name, "options": options}).raise_for_status()
    client.post("/api/settings/providers", json={"name": name, "base_url": provider}).raise_for_status()
    made = client.post("/api/chat/conversations", json={"title": name, "options": options}).raise_for_status()
    found: str = made.json()["id"]
    return found


async def test_MD_02_titles_in_list_page_palette_and_rename_box(place: Place) -> None:
    page = place.page
    await place.open("/chat")
    await expect(page.locator(".list__link")).to_have_count(len(NAMES))
    assert sorted(await page.locator(".list__link").all_inner_texts()) == sorted(NAMES)
    for name, conversation in zip(NAMES, place.conversations, strict=True):
        await page.locator(f".list__link[href$='{conversation}']").click()
        await expect(page.locator(".talk-head__title")).to_have_text(name, use_inner_text=True)
        await page.wait_for_function("name => document.title.startsWith(name)", arg=name)
    await place.check()
    await page.locator(".talk-head__title").dblclick()
    assert await page.locator("dialog[open] input").input_value() == NAMES[-1]
    await place.check()
    await page.keyboard.press("Escape")
    await page.keyboard.press("Control+k")
    for query in ("<", "script", "javascript:", "onerror"):
        await page.locator(".palette__input").fill(query)
        await expect(page.locator(".palette__option .clip").first).to_contain_text(query, ignore_case=True)
        await place.check()


async def test_MD_02_questions_files_answers_models_and_errors_in_the_thread(place: Place, tmp_path: Path) -> None:
    page = place.page
    files = [tmp_path / name.replace("/", "∕")[:60] for name in NAMES[:10]]
    for file in files:
        file.write_text("\n".join(VECTORS), "utf-8")
    for words in ("\n".join(VECTORS), "refuse\n" + "\n".join(VECTORS)):
        await place.open(f"/chat/{place.conversations[0]}")
        await page.locator("input[type=file]").set_input_files(files)
        await expect(page.locator(".files__one[aria-busy=false]")).to_have_count(len(files), timeout=30_000)
        await page.locator("#composer-input").fill(words)
        await place.check()
        await page.keyboard.press("Enter")
        await expect(page.locator(".turn[data-status=done], .turn[data-status=error]").last).to_be_visible(
            timeout=30_000
        )
        await expect(page.locator("#composer-input")).to_have_value("")
        await place.check()
    await expect(page.locator(".problem")).to_contain_text("<script>alert(1)</script>")
    await page.locator(".thread__scroll").evaluate("scroller => scroller.scrollTo(0, 0)")
    await expect(page.locator(".receipt__model").first).to_contain_text(NAMES[0], use_inner_text=True)
    await page.locator(".file__button").first.click()
    await expect(page.locator(".file__text")).to_contain_text("<script>alert(1)</script>")
    await place.check()


async def test_MD_02_a_draft_comes_back_as_it_was_written(place: Place) -> None:
    draft = "\n".join(VECTORS)
    place.client.put(f"/api/chat/drafts/{place.conversations[1]}", json={"content": draft}).raise_for_status()
    await place.open(f"/chat/{place.conversations[1]}")
    await expect(place.page.locator("#composer-input")).to_have_value(draft.replace("\r", ""))
    await place.check()


async def test_MD_02_models_presets_and_providers_by_name(place: Place) -> None:
    page = place.page
    await place.open("/chat")
    await page.locator(".composer__tools button[aria-haspopup=dialog]").first.click()
    await expect(page.locator(".models__provider").filter(has_text="<script>").first).to_be_visible()
    await place.check()
    await page.keyboard.press("Escape")
    await page.locator(".composer__tools button[aria-haspopup=dialog]").last.click()
    await expect(page.locator(".presets option")).to_have_count(len(NAMES) + 1)
    await page.locator(".presets select").select_option(index=1)
    await page.locator(".presets .button--quiet-danger").click()
    await expect(page.locator(".toast").last).to_be_visible()
    await place.check()
    for part in ("providers", "models", "limits", "tokens", "sessions"):
        await place.open(f"/settings/{part}")
        await page.locator(".settings__part .card").first.wait_for()
        await place.check()
    await place.open("/settings/models")
    await page.get_by_role("button", name="Delete").first.click()
    await expect(page.locator("dialog[open]")).to_be_visible()
    await place.check()


async def test_MD_02_toasts_and_the_exported_file(place: Place) -> None:
    page = place.page
    await place.open("/chat")
    for item, conversation in zip(("Archive", "Delete"), place.conversations[1:], strict=False):
        await page.locator(f"[data-conversation='{conversation}'] .list__more").click()
        await page.get_by_role("menuitem", name=item).click()
        await expect(page.locator(".toast").last).to_contain_text("alert")
        await place.check()
    exported = place.client.get(f"/api/chat/conversations/{place.conversations[0]}/export").raise_for_status()
    assert exported.headers["content-type"].startswith("text/markdown")
    assert exported.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert NAMES[0] in exported.text
    async with page.expect_download() as download:
        await page.locator(f"[data-conversation='{place.conversations[0]}'] .list__more").click()
        await page.get_by_role("menuitem", name="Markdown").click()
    assert "/" not in (await download.value).suggested_filename


async def test_MD_07_titles_and_names_of_files_hold_nothing_unseen(place: Place, tmp_path: Path) -> None:
    page = place.page
    unseen = "in\u202evoice\u2066\u200b\U000e0041.txt"
    place.client.patch(f"/api/chat/conversations/{place.conversations[3]}", json={"title": unseen}).raise_for_status()
    (tmp_path / unseen).write_text("x", "utf-8")
    await place.open(f"/chat/{place.conversations[3]}")
    await expect(page.locator(".talk-head__title")).to_have_text("invoice.txt")
    await expect(page.locator(".list__link[aria-current]")).to_have_text("invoice.txt")
    await page.locator("input[type=file]").set_input_files(tmp_path / unseen)
    await expect(page.locator(".files__one[aria-busy=false] .files__name")).to_have_text("invoice.txt")
    await page.locator("#composer-input").fill("refuse")
    await page.keyboard.press("Enter")
    await expect(page.locator(".file__button .clip")).to_have_text("invoice.txt")
