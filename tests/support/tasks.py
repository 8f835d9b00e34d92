"""What a page's own thread was busy with, in processor time: a full machine makes a task last longer, not work more."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, Page

_CATEGORIES = ["toplevel", "devtools.timeline", "__metadata"]


@dataclass(slots=True)
class Tasks:
    """The tasks of the busiest page in milliseconds of processor time, there once the watch is over."""

    milliseconds: list[float] = field(default_factory=list)

    @property
    def longest(self) -> float:
        return max(self.milliseconds, default=0)

    def over(self, limit: float) -> int:
        """Return how many took longer than `limit` milliseconds."""
        return sum(one > limit for one in self.milliseconds)


@asynccontextmanager
async def watched_tasks(browser: Browser, page: Page) -> AsyncIterator[Tasks]:
    """Trace the browser meanwhile; only one trace can be taken at a time."""
    tasks = Tasks()
    await browser.start_tracing(page=page, categories=_CATEGORIES)
    try:
        yield tasks
    finally:
        events = json.loads(await browser.stop_tracing())["traceEvents"]
    tasks.milliseconds += _tasks(events)


def _tasks(events: list[dict[str, Any]]) -> list[float]:
    threads = {
        (one["pid"], one["tid"])
        for one in events
        if one["name"] == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    runs = [
        one
        for one in events
        if one["ph"] == "X" and one["name"].endswith("RunTask") and (one["pid"], one["tid"]) in threads
    ]
    busy: Counter[int] = Counter()
    for one in runs:
        busy[one["pid"]] += one.get("tdur", 0)
    page = busy.most_common(1)[0][0] if busy else None
    return [one.get("tdur", 0) / 1000 for one in runs if one["pid"] == page]
