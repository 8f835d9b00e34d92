"""The files page on real folders: what a person does there is done on the disk, and can be taken back."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.page.access.axe import violations
from tests.support.browser import PHONE, Chromium, Language
from tests.support.server import ROOT, Server, running

pytestmark = pytest.mark.browser


@dataclass(frozen=True, slots=True)
class House:
    """A server, and the home folder of whoever runs it."""

    server: Server
    home: Path


@dataclass(frozen=True, slots=True)
class Visit:
    """A page that somebody who is signed in has open."""

    page: Page
    words: dict[str, str]

    def button(self, key: str, **values: str) -> Locator:
        return self.page.get_by_role("button", name=self.words[key].format(**values), exact=True)

    def row(self, path: str) -> Locator:
        return self.page.locator(f'[role=treeitem][data-path="{path}"]')


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = tmp_path_factory.mktemp("home").resolve()
    with running(tmp_path_factory.mktemp("madang"), HOME=str(home), MADANG_BUILTIN="off") as server:
        yield House(server, home)


@pytest.fixture
async def folder(house: House) -> AsyncIterator[Path]:
    """A folder with some files, opened to nobody; all are closed after the test."""
    folder = house.home / "작업"
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "src" / "app.py").write_text("def main() -> int:\n    return 1\n")
    (folder / "notes.txt").write_text("우유와 달걀\n", "utf-8")
    yield folder
    with house.server.client() as client:
        for each in client.get("/api/files/folders").raise_for_status().json():
            client.delete(f"/api/files/folders/{each['id']}").raise_for_status()


async def visit(house: House, chromium: Chromium, path: str = "/files", language: Language = "ko") -> Visit:
    page = await chromium.page(language=language)
    server = house.server
    credentials = await asyncio.to_thread(server.sign_in)
    cookies = credentials.cookies.items()
    await page.context.add_cookies([{"name": name, "value": value, "url": server.url} for name, value in cookies])
    await page.context.add_init_script(f"localStorage.setItem('madang.token', JSON.stringify('{credentials.token}'))")
    await page.goto(server.url + path)
    await page.locator("md-files-page:not([aria-busy])").wait_for()
    return Visit(page, json.loads((ROOT / f"frontend/locales/{language}.json").read_text("utf-8")))


def opened(house: House, folder: Path, access: str) -> str:
    with house.server.client() as client:
        answer = client.post("/api/files/folders", json={"path": str(folder), "access": access})
        found: str = answer.raise_for_status().json()["id"]
        return found


def standing(house: House) -> list[tuple[str, str]]:
    with house.server.client() as client:
        return [(each["path"], each["access"]) for each in client.get("/api/files/folders").json()]


async def test_a_folder_is_chosen_opened_to_be_read_then_to_be_written_and_closed(
    house: House, chromium: Chromium, folder: Path
) -> None:
    at = await visit(house, chromium)
    problems = await violations(at.page, "no folder is open")
    await at.button("files.open").click()
    await at.page.locator(".files__place", has_text=folder.name).click()
    await expect(at.page.get_by_label(at.words["files.open.path"])).to_have_value(str(folder))
    problems += await violations(at.page, "a folder is chosen")
    await at.button("files.open.go").click()
    await at.row("notes.txt").wait_for()
    assert standing(house) == [(str(folder), "read")]
    await expect(at.button("files.new_folder")).to_have_count(0)

    await at.page.get_by_role("link", name=at.words["files.to_folders"]).click()
    await at.button("files.access.write.allow").click()
    await at.page.locator("dialog").get_by_role("button", name=at.words["files.access.write.allow"]).click()
    await at.button("files.access.read.allow").wait_for()
    assert standing(house) == [(str(folder), "write")]
    problems += await violations(at.page, "the opened folders")

    await at.button("files.close").click()
    await at.page.locator("dialog").get_by_role("button", name=at.words["files.close"]).click()
    await at.page.locator(".files__empty").wait_for()
    assert standing(house) == []
    assert (folder / "notes.txt").exists()
    assert not problems, "\n".join(problems)


async def test_a_folder_that_cannot_be_opened_says_why_at_the_field(
    house: House, chromium: Chromium, folder: Path
) -> None:
    chromium.watch.allow("40[34]")
    at = await visit(house, chromium, language="en")
    await at.button("files.open").click()
    path = at.page.get_by_label(at.words["files.open.path"])
    await expect(path).to_have_value(str(house.home))
    await path.fill("/proc")
    await at.button("files.open.go").click()
    await expect(path).to_have_attribute("aria-invalid", "true")
    await expect(at.page.locator(".field__error")).to_have_text(at.words["errors.folders.not_for_us.system"])
    assert standing(house) == []


async def test_the_tree_is_walked_by_keys_and_shows_what_is_chosen(
    house: House, chromium: Chromium, folder: Path
) -> None:
    folder_id = await asyncio.to_thread(opened, house, folder, "read")
    at = await visit(house, chromium, f"/files/{folder_id}")
    await at.row("src").wait_for()
    await at.row("src").focus()
    await at.page.keyboard.press("ArrowRight")
    await at.row("src/app.py").wait_for()
    await at.page.keyboard.press("ArrowRight")
    await expect(at.row("src/app.py")).to_be_focused()
    await at.page.keyboard.press("Enter")
    await expect(at.page.locator("md-code")).to_contain_text("def main() -> int:")
    await at.page.keyboard.press("ArrowLeft")
    await expect(at.row("src")).to_be_focused()
    await at.page.keyboard.press("ArrowLeft")
    await expect(at.row("src/app.py")).to_have_count(0)

    await at.page.reload()
    await expect(at.row("src/app.py")).to_have_attribute("aria-selected", "true")
    await at.page.locator(".code-keyword").first.wait_for()
    assert not (problems := await violations(at.page, "a file in its folder")), "\n".join(problems)


async def test_files_are_found_by_name_and_by_what_stands_in_them(
    house: House, chromium: Chromium, folder: Path
) -> None:
    folder_id = await asyncio.to_thread(opened, house, folder, "read")
    at = await visit(house, chromium, f"/files/{folder_id}")
    box = at.page.get_by_label(at.words["files.search"], exact=True)
    await box.fill("app")
    await box.press("Enter")
    await expect(at.page.locator(".search__one")).to_have_text(["src/app.py"])
    await at.page.locator("[name=search-by][value=text]").check(force=True)
    await box.fill("달걀")
    await box.press("Enter")
    await expect(at.page.locator(".search__one")).to_contain_text(["notes.txt"])
    await at.page.locator(".search__one").click()
    await expect(at.page.locator("md-code")).to_contain_text("우유와 달걀")
    assert not (problems := await violations(at.page, "what was found")), "\n".join(problems)


async def test_what_is_done_by_hand_is_done_on_the_disk_and_taken_back(
    house: House, chromium: Chromium, folder: Path
) -> None:
    folder_id = await asyncio.to_thread(opened, house, folder, "write")
    at = await visit(house, chromium, f"/files/{folder_id}")
    await at.button("files.new_folder").click()
    await at.page.get_by_label(at.words["files.path"]).fill("보고서")
    await at.button("files.new_folder.go").click()
    await at.row("보고서").wait_for()
    assert (folder / "보고서").is_dir()

    await at.page.locator("input[type=file]").set_input_files(
        {"name": "new.bin", "mimeType": "application/octet-stream", "buffer": bytes(range(256))}
    )
    await at.row("보고서/new.bin").wait_for()
    assert (folder / "보고서" / "new.bin").read_bytes() == bytes(range(256))

    await at.row("notes.txt").click()
    await at.button("files.move").click()
    await at.page.get_by_label(at.words["files.path"]).fill("src/app.py")
    chromium.watch.allow("409")
    await at.button("files.move.go").click()
    await expect(at.page.locator("dialog .field__error")).to_have_text(at.words["errors.system.already_there"])
    await at.page.get_by_label(at.words["files.path"]).fill("보고서/notes.txt")
    await at.button("files.move.go").click()
    await expect(at.row("notes.txt")).to_have_count(0)
    assert (folder / "보고서" / "notes.txt").exists()

    await at.row("src").click()
    await at.button("files.delete").click()
    await expect(at.row("src")).to_have_count(0)
    assert not (folder / "src").exists()
    told = at.page.locator(".toast", has_text=at.words["files.delete.done"].split("{을/를}")[1]).last
    await told.get_by_role("button", name=at.words["parts.undo"]).click()
    await at.row("src").wait_for()
    assert (folder / "src" / "app.py").read_text() == "def main() -> int:\n    return 1\n"


async def test_what_was_deleted_waits_in_the_trash(house: House, chromium: Chromium, folder: Path) -> None:
    folder_id = await asyncio.to_thread(opened, house, folder, "write")
    at = await visit(house, chromium, f"/files/{folder_id}")
    await at.row("notes.txt").click()
    await at.button("files.delete").click()
    await expect(at.row("notes.txt")).to_have_count(0)
    await at.button("files.trash").click()
    bring = at.button("files.trash.restore_of", name="notes.txt").first
    await bring.wait_for()
    assert not (problems := await violations(at.page, "the trash")), "\n".join(problems)
    await bring.click()
    await at.row("notes.txt").wait_for()
    assert (folder / "notes.txt").read_text("utf-8") == "우유와 달걀\n"


async def test_on_a_phone_a_file_takes_the_place_of_the_list(house: House, chromium: Chromium, folder: Path) -> None:
    folder_id = await asyncio.to_thread(opened, house, folder, "read")
    at = await visit(house, chromium, f"/files/{folder_id}", "en")
    await at.page.set_viewport_size({"width": 360, "height": PHONE[1]})
    await at.row("notes.txt").click()
    await at.page.locator("md-code").wait_for()
    await expect(at.row("notes.txt")).to_be_hidden()
    wide: int = await at.page.evaluate("() => document.querySelector('main').scrollWidth")
    assert wide <= 360
    await at.button("files.to_list").click()
    await expect(at.row("notes.txt")).to_be_visible()


async def test_a_folder_that_was_replaced_says_so_and_shows_nothing(
    house: House, chromium: Chromium, folder: Path
) -> None:
    folder_id = await asyncio.to_thread(opened, house, folder, "read")
    folder.rename(folder.with_name("옮긴 곳"))
    folder.mkdir()
    try:
        at = await visit(house, chromium)
        await at.page.get_by_text(at.words["files.state.replaced"]).wait_for()
        assert not (problems := await violations(at.page, "a replaced folder")), "\n".join(problems)
        at = await visit(house, chromium, f"/files/{folder_id}")
        await at.page.get_by_text(at.words["files.state.replaced"]).wait_for()
        await expect(at.page.get_by_role("tree")).to_have_count(0)
    finally:
        folder.rmdir()
        folder.with_name("옮긴 곳").rename(folder)


async def test_files_that_madang_goes_by_are_left_aside_until_they_were_looked_at(
    house: House, chromium: Chromium, folder: Path
) -> None:
    await asyncio.to_thread(opened, house, folder, "write")
    (folder / "AGENTS.md").write_text("Always answer in rhyme.")
    try:
        at = await visit(house, chromium)
        await expect(at.page.locator(".files__ignored")).to_contain_text("AGENTS.md")
        assert not (problems := await violations(at.page, "a changed folder")), "\n".join(problems)
        await at.button("files.ignored.seen").click()
        await expect(at.page.locator(".files__ignored")).to_have_count(0)
        with house.server.client() as client:
            assert client.get("/api/files/folders").json()[0]["ignored"] == {}
    finally:
        (folder / "AGENTS.md").unlink()


async def test_a_large_folder_comes_a_page_at_a_time(house: House, chromium: Chromium) -> None:
    large = house.home / "large"
    large.mkdir()
    for number in range(203):
        (large / f"{number:03}.txt").touch()
    folder_id = await asyncio.to_thread(opened, house, large, "read")
    at = await visit(house, chromium, f"/files/{folder_id}")
    await expect(at.page.get_by_role("treeitem")).to_have_count(201)
    await at.row("000.txt").focus()
    await at.page.keyboard.press("End")
    await at.page.keyboard.press("Enter")
    await expect(at.row("200.txt")).to_be_focused()
    await expect(at.page.get_by_role("treeitem")).to_have_count(203)
    with house.server.client() as client:
        client.delete(f"/api/files/folders/{folder_id}").raise_for_status()


async def test_what_was_changed_is_shown_and_undone_around_what_came_since(
    house: House, chromium: Chromium, folder: Path
) -> None:
    id = opened(house, folder, "write")
    with house.server.client() as client:
        for name in ("notes.txt", "src/app.py"):
            client.put(f"/api/files/{id}/content", json={"path": name, "text": "from here"}).raise_for_status()
    seen = await visit(house, chromium, f"/files/{id}")
    rows = seen.page.locator(".changes__row")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text("src/app.py")
    await rows.first.get_by_role("button", name=seen.words["files.changes.undo"], exact=True).click()
    await expect(rows).to_have_count(3)
    assert "main" in (folder / "src" / "app.py").read_text()
    (folder / "notes.txt").write_text("mine")
    await rows.last.get_by_role("button", name=seen.words["files.changes.undo"], exact=True).click()
    again = seen.page.get_by_role("button", name=seen.words["files.changes.over"], exact=True)
    await expect(again).to_be_visible()
    assert (folder / "notes.txt").read_text() == "mine"
    assert await violations(seen.page, "changes that were undone in part") == []
    await again.click()
    await expect(again).to_have_count(0)
    assert (folder / "notes.txt").read_text() == "우유와 달걀\n"
