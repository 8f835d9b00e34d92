"""CRASH-01: the process is killed at any moment, and every promise holds."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from madang.chat.context import GO_ON
from tests.chat.monkey import TOKEN, Monkey, Teller, question_of
from tests.chat.talking import talking
from tests.support import server

# `make soak` does the same for an hour.
KILLS = 15
MONKEYS = 3


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_CRASH_01_kills_lose_nothing_double_nothing_and_leave_honest_states(
    tmp_path: Path, seed: int, request: pytest.FixtureRequest, kind: str
):
    teller = Teller()
    with talking(teller) as upstream, ExitStack() as stack:
        environment = {"OPENAI_BASE_URL": upstream.base_url, "MADANG_TOKEN": TOKEN, "MADANG_LOG_LEVEL": "WARNING"}
        monkeys = []
        for number in range(MONKEYS):
            url = None
            if kind == "postgres":
                url = stack.enter_context(request.getfixturevalue("postgres_cluster").database())
                environment["DATABASE_URL"] = url
            running = stack.enter_context(server.running(tmp_path / f"m{number}", (), **environment))
            monkeys.append(Monkey(f"m{number}", running, random.Random(seed + number), url))
            monkeys[-1].wait_until_open()
            running.kill()
        with ThreadPoolExecutor(MONKEYS) as pool:
            list(pool.map(live_through, monkeys))
            teller.pause_seconds = 0
            list(pool.map(finish, monkeys))
        calls = Counter(
            question_of(request.json["messages"][-1])
            for request in upstream.requests
            if request.json["messages"][-1]["content"] != GO_ON
        )
    for monkey in monkeys:
        assert len(monkey.turns) >= KILLS // MONKEYS
        for question in monkey.turns:
            assert calls[question] <= 1 + monkey.asked_anew[question], question


def live_through(monkey: Monkey) -> None:
    for _ in range(KILLS // MONKEYS):
        monkey.live_until_killed()
        monkey.check_database()


def finish(monkey: Monkey) -> None:
    monkey.finish()
    monkey.check_database()
