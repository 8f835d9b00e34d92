"""/metrics: the ledger's own figures, in a form that Prometheus takes."""

import random
import re
from datetime import timedelta

from madang.clock import Clock
from madang.db.database import Database
from madang.gateway.prices import Prices
from madang.usage.metrics import FIRST_WORD_BOUNDS_MS, exposed
from madang.usage.service import UsageReports
from tests.conftest import StartServer
from tests.usage.make import NOON, some_call, store

LINE = re.compile(r'([a-z_]+)(?:\{([a-z]+="[^"\\\n]*"(?:,[a-z]+="[^"\\\n]*")*)\})? (\d+(?:\.\d+)?)')


def samples(text: str) -> dict[str, float]:
    """Read every sample by its name with its labels; a line of another form fails."""
    found: dict[str, float] = {}
    for line in text.splitlines():
        if not line.startswith("#"):
            match = LINE.fullmatch(line)
            assert match, line
            name, labels, value = match.groups()
            assert f"{name}{{{labels}}}" not in found
            found[f"{name}{{{labels}}}" if labels else name] = float(value)
    return found


async def test_the_metrics_are_the_ledgers_sums(database: Database, chance: random.Random) -> None:
    rows = [some_call(chance, NOON - timedelta(days=40), NOON) for _ in range(300)]
    await store(database, *rows)
    reports = UsageReports(database, Clock(), None, Prices(Clock()))  # type: ignore[arg-type]
    text = exposed(await reports.totals())
    found = samples(text)
    sent = [row for row in rows if row["cache"] in ("miss", "off")]
    assert sum(value for name, value in found.items() if name.startswith("madang_calls_total{")) == len(rows)
    assert found["madang_prompt_tokens_total"] == sum(row["prompt_tokens"] or 0 for row in sent)
    dollars = sum(row["cost_microusd"] or 0 for row in rows)
    assert f"madang_cost_usd_total {dollars // 10**6}.{dollars % 10**6:06}\n" in text
    assert found["madang_unknown_cost_calls_total"] == sum(row["cost_microusd"] is None for row in rows)
    times = [row["ttft_ms"] for row in sent if row["status"] == "done" and row["ttft_ms"] is not None]
    for bound in FIRST_WORD_BOUNDS_MS:
        within = found[f'madang_first_token_seconds_bucket{{le="{bound / 1000:g}"}}']
        assert within == sum(time <= bound for time in times)
    assert (
        found['madang_first_token_seconds_bucket{le="+Inf"}'] == found["madang_first_token_seconds_count"] == len(times)
    )
    assert found["madang_first_token_seconds_sum"] == sum(times) / 1000


def test_only_a_token_that_may_read_gets_the_metrics(start_server: StartServer) -> None:
    server = start_server()
    with server.client() as person, server.anonymous() as program:
        assert program.get("/metrics").status_code == 401
        for scope, status in (("chat", 403), ("read", 200)):
            token = person.post("/api/tokens", json={"name": scope, "scopes": [scope]}).json()["token"]
            answer = program.get("/metrics", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == status
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert samples(answer.text)["madang_prompt_tokens_total"] == 0
