"""An answer that goes on when the test says so."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

from madang.gateway.fake_upstream.turns import JSON_BODY, Pause, Received, Reply, chunk, event

USAGE = {"prompt_tokens": 1000, "completion_tokens": 100, "prompt_tokens_details": {"cached_tokens": 0}}
COST_MICROUSD = 210
"""What that is on gpt-4o-mini: $0.15 and $0.60 a million."""


@dataclass
class Gated:
    """Says `first`, waits until `gate` is set, then says `rest` and ends with `ending` or breaks off without it."""

    first: str
    rest: str = ""
    finish_reason: str | None = "stop"
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def reply(self, request: Received) -> Reply:
        return Reply(self._pieces())

    def _pieces(self) -> Iterator[bytes | Pause]:
        yield event(chunk({"content": self.first}))
        while not self.gate.is_set():
            yield Pause(0.01)
        if self.rest:
            yield event(chunk({"content": self.rest}))
        if self.finish_reason:
            yield event(chunk({}, self.finish_reason))
            yield event({**chunk({}), "choices": [], "usage": USAGE})
            yield event("[DONE]")


@dataclass
class Refusal:
    """Refuses for good, and ends its words once `gate` is set."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def reply(self, request: Received) -> Reply:
        return Reply(self._pieces(), 500, (*JSON_BODY, ("x-should-retry", "false")))

    def _pieces(self) -> Iterator[bytes | Pause]:
        yield b'{"error": '
        while not self.gate.is_set():
            yield Pause(0.01)
        yield b'{"message": "no"}}'
