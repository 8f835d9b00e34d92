"""What a program prints, on its way into the journal: masked, and gathered so that many lines are one event."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from madang.redact import Masker, Redactor

Tell = Callable[[dict[str, Any]], Awaitable[None]]
GATHER_S = 0.1
MOST_CHARACTERS = 32_768


class Printing:
    """Takes pieces at any pace; `tell` gets them in their order, a few times a second."""

    def __init__(self, redactor: Redactor, tell: Tell) -> None:
        self._maskers = {name: Masker(redactor) for name in ("stdout", "stderr")}
        self._tell = tell
        self._waiting: list[dict[str, Any]] = []
        self._flushing: asyncio.Task[None] | None = None

    def feed(self, facts: dict[str, Any]) -> None:
        """Take one piece: its stream, its text, and how much was left out before it."""
        text, _ = self._maskers[facts["stream"]].feed(facts["text"])
        self._wait(facts | {"text": text})

    async def finish(self) -> None:
        """Tell what is left."""
        for name, masker in self._maskers.items():
            if masker.is_holding:
                self._wait({"stream": name, "text": masker.rest()[0]})
        while self._flushing is not None:
            await self._flushing

    def _wait(self, facts: dict[str, Any]) -> None:
        last = self._waiting[-1] if self._waiting else None
        if last and last["stream"] == facts["stream"] and "skipped_bytes" not in facts and _fits(last, facts):
            last["text"] += facts["text"]
        elif facts["text"]:
            self._waiting.append(dict(facts))
        if self._flushing is None and self._waiting:
            self._flushing = asyncio.create_task(self._flush())

    async def _flush(self) -> None:
        try:
            while self._waiting:
                await asyncio.sleep(GATHER_S)
                waiting, self._waiting = self._waiting, []
                for facts in waiting:
                    await self._tell(facts)
        finally:
            self._flushing = None


def _fits(last: dict[str, Any], facts: dict[str, Any]) -> bool:
    return len(last["text"]) + len(facts["text"]) <= MOST_CHARACTERS
