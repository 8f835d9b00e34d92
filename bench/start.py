"""From the start of the process to the first page, and to an API that is ready."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure, median
from bench.processes import BEARER, free_port, madang, started, until_answers

RUNS = 7


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        _ours(Path(folder))  # makes the database, and warms the disk
        _bare()
        pairs = [(_ours(Path(folder)), _bare()) for _ in range(RUNS)]
    bare = median([bare for _, bare in pairs])
    yield Figure("start to first page", median([page for (page, _), _ in pairs]) * 1000, "ms", bare * 1000, 1.5, RUNS)
    yield Figure("start to API ready", median([api for (_, api), _ in pairs]) * 1000, "ms", bare * 1000, 3, RUNS)


def _ours(folder: Path) -> tuple[float, float]:
    port, since = free_port(), time.monotonic()
    with madang(folder, port):
        return until_answers(port, "/", since), until_answers(port, "/api/health/ready", since, BEARER)


def _bare() -> float:
    port, since = free_port(), time.monotonic()
    with started("bench.yardsticks.bare_fastapi", str(port)):
        return until_answers(port, "/", since)
