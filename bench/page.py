"""The first page in a cold browser: requests, bytes over the wire, and the time until the composer takes a key."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure, median
from tests.support import browser
from tests.support.server import Server
from tests.support.visit import Visit, cold_visit, signed_in_state

RUNS = 5


def measure() -> Iterator[Figure]:
    executable = browser.find_chromium()
    if executable is None:
        return
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder)).start()
        try:
            visits = asyncio.run(_visits(executable, server))
        finally:
            server.stop()
    yield Figure("first page: requests until the composer", median([one.requests for one in visits]), "", goal=25)
    yield Figure("first page: until the composer", median([one.bytes for one in visits]) / 1024, "KiB", goal=250)
    yield Figure("first page: composer takes a key", median([one.milliseconds for one in visits]), "ms", goal=500)
    yield Figure("first page: requests in all", max(one.all_requests for one in visits), "", goal=60)


async def _visits(executable: str, server: Server) -> list[Visit]:
    async with browser.chromium(executable) as chromium:
        state = await signed_in_state(chromium, server)
        visits = []
        for _ in range(RUNS):
            # A context of its own has an empty cache; only the signed-in session comes along.
            context = await chromium.browser.new_context(storage_state=state, locale="en-US")
            visits.append(await cold_visit(context, server.url))
            await context.close()
        return visits
