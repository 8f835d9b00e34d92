"""A page whose connection is open and takes nothing."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from madang.live.access import Access
from madang.live.journal import Journal
from madang.live.socket import LiveSocket
from madang.principal import ALL_SCOPES, Principal


async def test_it_is_let_go_so_that_it_comes_anew_and_misses_nothing(journal: Journal) -> None:
    await journal.append("app", "models.changed", {})

    async def said() -> AsyncIterator[dict[str, Any]]:
        yield {"type": "websocket.connect"}
        yield {"type": "websocket.receive", "text": '{"type":"follow","stream":"app","after":0}'}
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        if "models.changed" in message.get("text", ""):
            raise TimeoutError

    frames, person = said(), Principal("person", "1", ALL_SCOPES)
    socket = LiveSocket(journal, Access(lambda _: True, lambda *_: True))
    async with asyncio.timeout(5):
        await socket({"state": {"principal": person}}, lambda: anext(frames), send)
