"""`make bench`: measures, prints one table and writes bench/results.json. Never part of the tests: clocks differ."""

import os
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench import chat, decide, door, idle, local, paced, page, similar, size, spawn, start, streams, talk
from bench.figures import Figure, table, write

MEASURES: dict[str, Callable[[], Iterator[Figure]]] = {
    "start": start.measure,
    "chat": chat.measure,
    "streams": streams.measure,
    "door": door.measure,
    "paced": paced.measure,
    "idle": idle.measure,
    "local": local.measure,
    "page": page.measure,
    "talk": talk.measure,
    "similar": similar.measure,
    "size": size.measure,
    "decide": decide.measure,
    "spawn": spawn.measure,
}


def main(names: list[str]) -> None:
    figures: list[Figure] = []
    load = os.getloadavg()[0]
    for name in names or list(MEASURES):
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        figures += MEASURES[name]()
        # After each, so that what was measured stays where a later one fails.
        write(Path(__file__).parent / "results.json", figures, _machine(load))
    print(table(figures))


def _machine(load: float) -> dict[str, object]:
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "processors": os.cpu_count(),
        # More than processors: others were at work, and times and rates tell of them as well.
        "load_average": [load, os.getloadavg()[0]],
    }


if __name__ == "__main__":
    main(sys.argv[1:])
