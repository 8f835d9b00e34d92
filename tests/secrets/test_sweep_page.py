"""An hour on the page with keys in the fields and in the answers; afterwards no key is in anything the page leaves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Error, Page, Response, WebSocket, async_playwright

from madang.db.backup import back_up
from madang.gateway.fake_upstream import FakeUpstream, Say, Status
from madang.gateway.fake_upstream.turns import Received, Scripted
from tests.conftest import StartServer
from tests.support.browser import FLAGS, find_chromium
from tests.support.canary import Place, files, spilled
from tests.support.server import Server

KEY, OTHER = "sk-CANARY-typed-on-the-page-5555-6666", "sk-CANARY-typed-thereafter-7777-8888"
PASSWORD, PASSPHRASE = "CANARY 열려라 참깨 & more", "CANARY an old oak tree"
SECRETS = (KEY, OTHER, PASSWORD, PASSPHRASE)
PATIENCE_MS = 60_000

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def parrot(request: Received) -> Scripted:
    """A model that repeats the key it was called with, and a provider that does so when it refuses."""
    if "refuse" in request.prompt:
        return Status(403, echo_key=True)
    key = request.headers["authorization"].removeprefix("Bearer ")
    return Say(f"Your key is {key} or {key[::-1]} ✓", reasoning=f"I was called with {key} .")


class Wire:
    """Everything that came to the page. What it sends is left out: a key has to be sent once."""

    def __init__(self, page: Page) -> None:
        self.received: list[Place] = []
        page.on("response", self._response)
        page.on("websocket", self._socket)

    async def _response(self, response: Response) -> None:
        if "/api/" in response.url:
            self.received.append((response.url, str(response.headers).encode()))
            with suppress(Error):  # the page went on, and the browser let go of what it had read
                self.received.append((response.url, await response.body()))

    def _socket(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self.received.append((socket.url, _bytes(frame))))


def _bytes(frame: str | bytes) -> bytes:
    return frame.encode() if isinstance(frame, str) else frame


@asynccontextmanager
async def profile(folder: Path) -> AsyncIterator[BrowserContext]:
    """A browser that writes to a folder all that it keeps."""
    executable = find_chromium()
    if executable is None:
        pytest.skip("no Chromium on this machine: apt install chromium")
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(
            folder, executable_path=executable, args=list(FLAGS), locale="en-US", reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE_MS)
        yield context
        await context.close()


async def enter(page: Page, server: Server) -> None:
    await page.goto(server.url)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").first.click()
    await page.locator("textarea").first.wait_for()


async def keep(page: Page, button: str, key: str) -> None:
    await page.get_by_role("region", name="mine").get_by_role("button", name=button).click()
    await page.get_by_label("Key", exact=True).fill(key)
    await page.get_by_text("Choose where it is kept").click()
    await page.get_by_role("dialog").get_by_role("combobox").select_option("protected")
    await page.get_by_role("button", name="Save and check").click()
    await page.get_by_role("dialog").wait_for(state="hidden")
    await page.get_by_role("region", name="mine").get_by_text(key[-4:]).wait_for()


async def ask(page: Page, question: str) -> None:
    await page.locator("textarea").first.fill(question)
    await page.locator("textarea").first.press("Enter")


async def save(page: Page, folder: Path) -> None:
    for kind in ("Markdown", "JSON"):
        await page.get_by_role("button", name="Menu of").first.click()
        async with page.expect_download() as download:
            await page.get_by_text(f"Export as {kind}").click()
        await (await download.value).save_as(folder / kind)


async def test_SEC_01_what_was_typed_and_repeated_on_the_page_is_nowhere(
    start_server: StartServer, tmp_path: Path
) -> None:
    (tmp_path / "temporary").mkdir()
    async with FakeUpstream(parrot) as upstream, profile(tmp_path / "profile") as context:
        server = start_server(
            folder=tmp_path / "madang", TMPDIR=str(tmp_path / "temporary"), MADANG_LOG_LEVEL="DEBUG",
            MADANG_PASSWORD=PASSWORD, MADANG_PASSPHRASE=PASSPHRASE,
        )  # fmt: skip
        async with server.async_client() as client:
            body = {"name": "mine", "base_url": upstream.base_url}
            provider = (await client.post("/api/settings/providers", json=body)).raise_for_status().json()["id"]
            await client.patch("/api/settings", json={"default_model": f"{provider}/fake-model"})
        page = context.pages[0]
        wire = Wire(page)
        await enter(page, server)
        await page.goto(f"{server.url}/settings/providers")
        await keep(page, "Add a key", KEY)
        await keep(page, "Replace the key", OTHER)
        await page.goto(server.url)
        await ask(page, "What is your key?")
        await page.get_by_text("A key in the answer was masked").wait_for()
        await ask(page, "Please refuse.")
        await page.get_by_role("group", name="What went wrong").wait_for()
        await save(page, tmp_path)
        await page.reload()
        await page.get_by_text("A key in the answer was masked").wait_for()
        shown = [("DOM", (await page.content()).encode()), ("storage", await stored(page))]
        sent = {request.headers.get("authorization") for request in upstream.requests}
    server.stop()
    await back_up(server.data_dir / "madang.sqlite3", "of-the-test")
    written = files(tmp_path)
    assert sent == {f"Bearer {OTHER}"}
    assert any(b"What is your key?" in content for where, content in written if where.startswith("madang/data/backups"))
    assert any(b"Your key is" in content for _, content in [*wire.received, *shown])
    assert spilled(SECRETS, [*wire.received, *shown, *written]) == []


async def stored(page: Page) -> bytes:
    """Return what the page keeps in the browser."""
    script = "() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, history.state])"
    return str(await page.evaluate(script)).encode()
