"""One chat turn through an HTTP provider: its time beside a bare pass-through, and the memory it leaves taken."""

import http.client
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.figures import Figure, median
from bench.processes import BEARER, free_port, madang, pss_mib, started, until_answers
from tests.support.upstream import upstream_process

ROUNDS, TURNS = 5, 40
IDLE_SECONDS = 5
Send = Callable[[int], None]


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder, upstream_process("--say", "Hello there, how are you?") as upstream:
        provider = {"OPENAI_BASE_URL": upstream, "OPENAI_API_KEY": "bench", "MADANG_MODEL": "env/fake-model"}
        ours, bare = free_port(), free_port()
        with (
            madang(Path(folder), ours, **provider) as process,
            started("bench.yardsticks.passthrough", str(bare), upstream),
        ):
            until_answers(ours, "/api/health/ready", time.monotonic(), BEARER)
            _turns(_sender(ours, "/api/chat", _our_body), 1)
            time.sleep(IDLE_SECONDS)
            yield Figure("memory after one chat, idle", pss_mib(process.pid), "MiB", goal=100)
            yield _latency(_sender(ours, "/api/chat", _our_body), _sender(bare, "/", _bare_body))


def _latency(ours: Send, bare: Send) -> Figure:
    _turns(bare, 1)
    pairs = [(_turns(ours, TURNS), _turns(bare, TURNS)) for _ in range(ROUNDS)]
    mine, yardstick = (median([seconds for one in side for seconds in one]) * 1000 for side in zip(*pairs, strict=True))
    return Figure("one chat turn, p50 (kept durably)", mine, "ms", yardstick, runs=ROUNDS * TURNS)


def _turns(send: Send, count: int) -> list[float]:
    seconds = []
    for number in range(count):
        since = time.perf_counter()
        send(number)
        seconds.append(time.perf_counter() - since)
    return seconds


def _our_body(number: int) -> dict[str, object]:
    return {"content": f"hello {number}", "cache": "off"}


def _bare_body(number: int) -> dict[str, object]:
    return {"model": "fake-model", "messages": [{"role": "user", "content": f"hello {number}"}], "stream": True}


def _sender(port: int, path: str, body: Callable[[int], dict[str, object]]) -> Send:
    """Return a function that sends one turn over one kept connection. Raises `RuntimeError` on any other answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Content-Type": "application/json", **BEARER}

    def send(number: int) -> None:
        connection.request("POST", path, json.dumps(body(number)), headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}: {text[:500]!r}")

    return send
