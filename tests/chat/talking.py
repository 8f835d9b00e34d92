"""A provider in a thread of its own that answers by what it is asked, for tests that speak HTTP from outside."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from madang.gateway.fake_upstream import FakeUpstream, Fault, Received, Say, Turn


def by_prompt(request: Received) -> Turn:
    """Choose the answer by the words of the last message."""
    prompt = request.prompt
    if "break" in prompt:
        return Fault.reset_mid_stream
    if "forever" in prompt:
        return Say("word " * 5000, per_token_delay=0.1)
    if "slow" in prompt:
        return Say("word " * 200, per_token_delay=0.05)
    if "steady" in prompt:
        return Say("하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열", per_token_delay=0.03)
    return Say(f"you said {prompt}")


@contextmanager
def talking(choose: Turn = by_prompt) -> Iterator[FakeUpstream]:
    """Run the provider until the block ends."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    upstream = FakeUpstream(choose)
    asyncio.run_coroutine_threadsafe(upstream.start(), loop).result(10)
    try:
        yield upstream
    finally:
        asyncio.run_coroutine_threadsafe(upstream.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
