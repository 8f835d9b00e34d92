"""The usage page on a made-up month: its figures are the database's, and everybody can read it."""

import asyncio
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import httpx
import pytest
from playwright.async_api import Page, expect

from madang.chat.demo.filling import fill
from madang.db.database import FILE_NAME
from madang.gateway.fake_upstream import FakeUpstream
from tests.conftest import StartServer
from tests.page.access.axe import violations
from tests.support.browser import Chromium, Language
from tests.support.server import Server, running

# As Chromium is set up for the tests.
SEOUL = ZoneInfo("Asia/Seoul")
FIGURES = """
SELECT count(*) AS calls, sum(cost_microusd) AS cost, sum(saved_microusd) AS saved,
       sum(CASE WHEN cache IN ('miss', 'off') THEN prompt_tokens END) AS prompt
FROM calls WHERE created_at >= :since
"""
SPENT = """
SELECT count(*), sum(cost_microusd) FROM calls
WHERE created_at >= :since AND (cost_microusd > 0 OR cost_microusd IS NULL)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("usage")
    asyncio.run(fill(folder / "data", seed=3, days=31, until=datetime.now(UTC)))
    with running(folder) as madang:
        yield madang


async def open_usage(
    chromium: Chromium, server: Server, path: str, *, until: str = ".usage__tiles, .usage .empty", **how: Any
) -> Page:
    page = await chromium.page(**how)
    credentials = await asyncio.to_thread(server.sign_in)
    cookies = credentials.cookies.items()
    await page.context.add_cookies([{"name": name, "value": value, "url": server.url} for name, value in cookies])
    await page.context.add_init_script(f"localStorage.setItem('madang.token', JSON.stringify('{credentials.token}'))")
    await page.goto(server.url + path)
    await page.locator(until).first.wait_for()
    return page


def figures(server: Server, since: datetime) -> dict[str, int]:
    """What the file itself says, read beside the server that has it open."""
    with closing(sqlite3.connect(f"file:{server.data_dir / FILE_NAME}?mode=ro", uri=True)) as opened:
        opened.row_factory = sqlite3.Row
        return dict(opened.execute(FIGURES, {"since": int(since.timestamp()) * 10**6}).fetchone())


def number(shown: str) -> float:
    return float(re.sub(r"[^0-9.]", "", shown))


def close(shown: str, microusd: int) -> bool:
    """Small sums are shown with two digits, larger ones in cents."""
    return abs(number(shown) * 10**6 - microusd) <= max(0.05 * microusd if microusd < 10**6 else 0, 5000)


async def test_the_figures_on_the_page_are_those_of_the_database(chromium: Chromium, server: Server) -> None:
    page = await open_usage(chromium, server, "/usage?period=thirty&view=table", language="en")
    first_day = datetime.now(SEOUL).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=29)
    found = figures(server, first_day)
    assert found["calls"] > 100
    tile = page.locator('[data-tile="calls"] .usage__figure')
    assert number(await tile.inner_text()) == found["calls"]
    assert close(await page.locator('[data-tile="spent"] .usage__figure').inner_text(), found["cost"])
    assert close(await page.locator('[data-tile="saved"] .usage__figure').inner_text(), found["saved"])
    tables = page.locator(".usage__table:has(tfoot)")
    for table in (tables.first, tables.last):
        totals = await table.locator("tfoot td").all_inner_texts()
        assert (number(totals[0]), number(totals[3])) == (found["calls"], found["prompt"])
        rows = [await row.locator("td").all_inner_texts() for row in await table.locator("tbody tr").all()]
        assert sum(number(row[0]) for row in rows) == found["calls"]
        assert sum(number(row[3]) for row in rows) == found["prompt"]
    assert await tables.first.locator("tbody tr").count() == 30


async def test_who_comes_back_reads_what_was_spent_meanwhile_and_how_the_limits_stand(
    chromium: Chromium, server: Server
) -> None:
    with server.client() as client:
        cap = {"scope": "all", "subject": "", "window": "month", "limit_microusd": 500_000_000}
        client.post("/api/settings/caps", json=cap).raise_for_status()
    since = datetime.now(UTC) - timedelta(days=3)
    with closing(sqlite3.connect(server.data_dir / FILE_NAME, timeout=30)) as opened, opened:
        found = opened.execute(SPENT, {"since": int(since.timestamp() * 10**6)}).fetchone()
        opened.execute("INSERT OR REPLACE INTO meta VALUES ('usage.seen', ?)", (json.dumps(since.isoformat()),))
    # A notice goes by itself, so it is looked for before anything else.
    page = await open_usage(chromium, server, "/usage", until=".toast", language="en")
    notice = page.get_by_role("status").filter(has_text=f"While you were away, {found[0]} calls cost")
    await notice.hover()
    away = page.locator("section", has=page.get_by_role("heading", name="Spent while you were away"))
    limits = page.locator("section", has=page.get_by_role("heading", name="Your limits"))
    await expect(away).to_be_visible()
    await page.reload()
    await expect(limits.get_by_role("progressbar", name="Everything · per month")).to_be_visible()
    await expect(limits).to_contain_text("of $500.00 spent")
    shown = await away.locator("p").first.inner_text()
    assert shown.startswith(f"{found[0]} calls, ") and close(shown.split(", ")[1], found[1])
    parts = await away.locator("li").all_inner_texts()
    assert sum(number(re.findall(r"([0-9,]+) calls?,", part)[0]) for part in parts) == found[0]
    assert await notice.count() == 0
    assert await violations(page, "limits") == []
    await page.set_viewport_size({"width": 360, "height": 780})
    assert await page.evaluate("() => document.querySelector('.stage').scrollWidth <= innerWidth")
    await limits.get_by_role("button", name="Change limits").click()
    await expect(page.get_by_role("heading", name="What you were told")).to_be_visible()


async def test_a_view_survives_reload_and_back(chromium: Chromium, server: Server) -> None:
    page = await open_usage(chromium, server, "/usage", language="en")
    await page.get_by_text("Last 30 days", exact=True).click()
    await page.get_by_text("API token", exact=True).first.click()
    await expect(page.get_by_role("heading", name="By token")).to_be_visible()
    assert urlsplit(page.url).query == "period=thirty&by=token"
    await page.reload()
    await expect(page.get_by_role("heading", name="By token")).to_be_visible()
    await expect(page.get_by_role("radio", name="Last 30 days")).to_be_checked()
    await expect(
        page.get_by_role("cell", name="VS Code").or_(page.get_by_role("rowheader", name="VS Code"))
    ).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("heading", name="By model")).to_be_visible()


async def test_the_chart_has_its_table_for_those_who_listen(chromium: Chromium, server: Server) -> None:
    page = await open_usage(chromium, server, "/usage?period=thirty", language="en")
    await expect(page.locator(".usage__plot canvas")).to_have_count(1)
    await expect(page.get_by_role("img", name="a bar chart")).to_be_visible()
    behind = page.locator(".unseen table")
    assert await behind.locator("tbody tr").count() == 30
    switch = page.get_by_role("switch", name="Show as a table")
    await switch.focus()
    await page.keyboard.press("Space")
    await expect(page.locator(".usage__plot")).to_have_count(0)
    await expect(page.get_by_role("table", name="Day by day")).to_be_visible()
    await expect(page.get_by_role("switch", name="Show as a table")).to_be_focused()


async def test_what_if_and_won_are_worked_out_from_what_the_person_gives(chromium: Chromium, server: Server) -> None:
    page = await open_usage(chromium, server, "/usage?period=thirty", language="en")
    assert "₩" not in await page.locator(".usage__tiles").inner_text()
    await page.get_by_role("button", name="Show in won too").click()
    await page.get_by_label("How many won is a dollar?").fill("1,400")
    await page.get_by_label("What day is the rate from?").fill("2026-11-20")
    await page.get_by_role("button", name="Save").click()
    won = page.locator('[data-tile="spent"]').get_by_text("₩")
    await expect(won).to_be_visible()
    first_day = datetime.now(SEOUL).replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=29)
    assert number(await won.inner_text()) == round(figures(server, first_day)["cost"] / 10**6 * 1400)
    await page.get_by_label("Model", exact=True).last.fill("openai/gpt-4o")
    await page.get_by_role("button", name="Work it out").click()
    answer = page.locator(".usage__answer")
    await expect(answer).to_contain_text("would have cost on openai/gpt-4o")
    # Another way to look at the same days takes nothing away that was asked for.
    await page.get_by_text("Feature", exact=True).first.click()
    await expect(page.get_by_role("heading", name="By feature")).to_be_visible()
    await expect(answer).to_contain_text("would have cost on openai/gpt-4o")


async def test_every_call_is_listed_and_leads_to_its_conversation(chromium: Chromium, server: Server) -> None:
    page = await open_usage(chromium, server, "/usage?period=thirty", language="en")
    rows = page.locator(".usage__table--calls tbody tr")
    await expect(rows).to_have_count(20)
    more = page.get_by_role("button", name="Show more")
    await more.focus()
    await page.keyboard.press("Enter")
    await expect(rows).to_have_count(40)
    await expect(more).to_be_focused()
    link = rows.locator("a").first
    address = await link.get_attribute("href")
    await link.click()
    await expect(page.locator("textarea").first).to_be_visible()
    assert urlsplit(page.url).path == address


async def in_the_ledger(client: httpx.AsyncClient) -> None:
    """Wait until a call is written down."""
    today = datetime.now(UTC).date()
    days = {"from": str(today - timedelta(days=1)), "to": str(today + timedelta(days=1))}
    async with asyncio.timeout(30):
        while not (await client.get("/api/usage/calls", params=days)).json()["items"]:
            await asyncio.sleep(0.05)


async def test_a_past_question_is_asked_again_of_a_model_that_is_chosen(
    chromium: Chromium, start_server: StartServer
) -> None:
    async with FakeUpstream("**first** answer", "second answer", models=["old", "new"]) as fake:
        server = await asyncio.to_thread(start_server, OPENAI_BASE_URL=fake.base_url, MADANG_MODEL="env/old")
        async with server.async_client() as client:
            asked = await client.post("/api/chat", json={"content": "Which is longer?"})
            await in_the_ledger(client)
        page = await open_usage(chromium, server, "/usage", language="en")
        await page.get_by_role("button", name="Other model, asked again").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("Which is longer?")
        await dialog.get_by_label("Model to ask").select_option("env/new")
        await expect(dialog.get_by_role("status")).to_contain_text("What it will cost is unknown.")
        # Nothing is sent before the person has seen that and said yes.
        assert len(fake.requests) == 1
        assert await violations(page, "replay") == []
        await dialog.get_by_role("button", name="Ask again").click()
        await expect(dialog.locator(".usage__side")).to_have_count(2)
        assert await dialog.locator(".usage__side .markdown").all_inner_texts() == ["first answer", "second answer"]
        assert [json.loads(request.body)["model"] for request in fake.requests] == ["old", "new"]
        async with server.async_client() as client:
            conversation = await client.get(f"/api/chat/conversations/{asked.json()['conversation_id']}")
        answers = [turn["answer"] for turn in conversation.json()["turns"]]
        assert sorted(answers) == ["**first** answer", "second answer"]


async def test_the_file_is_downloaded_with_every_call(chromium: Chromium, server: Server) -> None:
    page = await open_usage(chromium, server, "/usage?period=thirty", language="en")
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name="Download CSV").click()
    written = Path(await (await waiting.value).path()).read_text(encoding="utf-8-sig")
    calls = number(await page.locator('[data-tile="calls"] .usage__figure').inner_text())
    assert len(written.splitlines()) == calls + 1


@pytest.mark.parametrize(
    ("language", "looked_at"), [("ko", "period=thirty"), ("en", "period=today&by=token&view=table")]
)
async def test_axe_finds_nothing_in_either_theme_and_a_phone_shows_all(
    chromium: Chromium, server: Server, language: Language, looked_at: str
) -> None:
    page = await open_usage(chromium, server, f"/usage?{looked_at}", language=language)
    assert await violations(page, looked_at) == []
    await page.set_viewport_size({"width": 360, "height": 780})
    for view in ("period=thirty", "period=today&by=token&view=table"):
        await page.goto(f"{server.url}/usage?{view}")
        await page.locator(".usage__tiles, .usage .empty").first.wait_for()
        await page.locator("md-usage-caps section").first.wait_for()
        assert await page.evaluate("() => document.querySelector('.stage').scrollWidth <= innerWidth")


async def test_a_period_without_calls_says_so_and_leads_to_the_chat(
    chromium: Chromium, start_server: StartServer
) -> None:
    page = await open_usage(chromium, start_server(), "/usage", language="en")
    assert await violations(page, "empty") == []
    await page.get_by_role("button", name="Start a chat").click()
    await expect(page.locator("textarea").first).to_be_visible()
