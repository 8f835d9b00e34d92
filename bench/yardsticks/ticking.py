"""A provider that says the time, so that whoever hears a word knows how long it was on its way: `… PORT`.

Each word is the machine's monotonic clock in nanoseconds, fifty of them a second.
"""

import asyncio
import sys
import time
from collections.abc import Iterator

from madang.gateway.fake_upstream import FakeUpstream
from madang.gateway.fake_upstream.turns import Pause, Received, Reply, chunk, event

WORDS, PER_SECOND = 250, 50


class Ticking:
    """An answer whose words are made when they are sent."""

    def reply(self, request: Received) -> Reply:
        return Reply(_pieces())


def _pieces() -> Iterator[bytes | Pause]:
    for _ in range(WORDS):
        yield event(chunk({"content": f"{time.monotonic_ns()} "}))
        yield Pause(1 / PER_SECOND)
    yield event(chunk({}, "stop")) + event("[DONE]")


async def main(port: int) -> None:
    """Serve until ended."""
    async with FakeUpstream(Ticking(), port=port):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
