"""`madang demo-data`: a month that looks like one, the same for the same seed, and never into anybody's own data."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from madang.chat.demo.filling import fill
from madang.db.database import FILE_NAME, Database
from madang.db.schema import calls
from tests.conftest import StartServer
from tests.support.server import ROOT

UNTIL = datetime(2026, 11, 5, 3, tzinfo=UTC)


def demo_data(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "madang", "demo-data", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


async def rows(folder: Path) -> list[dict[str, Any]]:
    database = Database.open(folder / FILE_NAME)
    await database.start()
    try:
        async with database.read() as tx:
            return [dict(row) for row in (await tx.execute(select(calls).order_by(calls.c.id))).mappings()]
    finally:
        await database.stop()


async def test_a_made_up_month_has_all_kinds_of_calls(tmp_path: Path) -> None:
    made = await fill(tmp_path / "demo", seed=1, days=31, until=UNTIL)
    found = await rows(tmp_path / "demo")
    assert (len(found), made.conversations > 100) == (made.calls, True)
    assert {row["cache"] for row in found} == {"hit", "similar", "miss", "off"}
    assert {row["status"] for row in found} == {"done", "error", "incomplete", "cancelled"}
    assert {row["feature"] for row in found} == {"chat", "title"}
    assert len({row["model"] for row in found}) == 5
    assert any(row["cost_microusd"] is None and row["status"] == "done" for row in found)
    assert any(row["cached_tokens"] and row["price_date"] for row in found)
    assert any(row["reasoning_tokens"] for row in found)
    assert all(row["created_at"] < UNTIL for row in found)
    assert [row["id"] for row in found] == [row["id"] for row in sorted(found, key=lambda row: row["created_at"])]


async def test_the_same_seed_and_time_give_the_same_calls(tmp_path: Path) -> None:
    for name, seed in (("one", 7), ("same", 7), ("other", 8)):
        await fill(tmp_path / name, seed=seed, days=5, until=UNTIL)
    one, same, other = [await rows(tmp_path / name) for name in ("one", "same", "other")]
    # A token's own id is chance.
    for row in (*one, *same):
        row["token_id"], row["actor"] = bool(row["token_id"]), ""
    assert one == same
    assert [row["id"] for row in one] != [row["id"] for row in other]


async def test_a_folder_that_holds_anything_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    refused = demo_data(str(tmp_path))
    assert (refused.returncode, refused.stdout) == (2, "")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("notes.txt", "mine")]
    assert demo_data(str(tmp_path / "notes.txt")).returncode == 2


async def test_madang_opens_on_made_up_data(start_server: StartServer, tmp_path: Path) -> None:
    server_folder = tmp_path / "here"
    done = demo_data(str(server_folder / "data"), "--days", "3", "--json")
    made = json.loads(done.stdout)
    with start_server(folder=server_folder).client() as client:
        listed = client.get("/api/chat/conversations", params={"limit": 200}).json()["items"]
        assert len(listed) == made["conversations"]
        snapshot = client.get(f"/api/chat/conversations/{listed[0]['id']}")
        assert snapshot.status_code == 200
        assert all(turn["receipt"]["call_id"] for turn in snapshot.json()["turns"])
