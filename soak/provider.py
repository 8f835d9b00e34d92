"""The provider of the soak: says the truth, whole or broken off, in any form and with any fault, as chance has it."""

import itertools
import math
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from madang.gateway.fake_upstream import Fault, Pause, Received, Reply, Say, Status, Turn
from madang.gateway.fake_upstream.turns import chunk, event
from soak.truth import asked, truth

BEFORE_A_WORD: tuple[Turn, ...] = (
    Fault.reset_before_headers,
    Fault.html,
    Fault.empty,
    Fault.empty_stream,
    Fault.malformed_json_at_once,
    Fault.compressed,
    Fault.stall_before_headers,
    Fault.stall_after_headers,
    Status(500),
    Status(503),
    Status(401),
    Status.rate_limited("0"),
    Status.rate_limited(),
    Fault.redirect("http://127.0.0.1:1/v1/chat/completions"),
)
_BREAKS = ("reset", "truncated", "whole", "done", "error", "malformed", "mid_utf8", "stall", "comments")


@dataclass(frozen=True, slots=True)
class Broken:
    """An answer that begins well and breaks off in one of many ways."""

    text: str
    how: str

    def reply(self, request: Received) -> Reply:
        ending = self.how if self.how in {"reset", "truncated"} else "whole"
        return Reply(itertools.chain(self._said(), self._break()), ending=ending)  # type: ignore[arg-type]

    def _said(self) -> Iterator[bytes | Pause]:
        for start in range(0, len(self.text), 16):
            yield event(chunk({"content": self.text[start : start + 16]}))
            yield Pause(0.005)

    def _break(self) -> Iterator[bytes | Pause]:
        match self.how:
            case "done":
                yield event("[DONE]")
            case "error":
                yield event({"error": {"message": "the engine fell over", "code": 500}})
            case "malformed":
                yield b"data: {'content': nope}\n\n"
            case "mid_utf8":
                yield event(chunk({"content": "한"})).partition(b"\xed")[0] + b"\xed\x95"
            case "stall":
                yield Pause(math.inf)
            case "comments":
                for _ in range(600):
                    yield b": still here\n\n"
                    yield Pause(0.05)


@dataclass(slots=True)
class Provider:
    """Chooses each answer. `is_calm` ends all faults; `calls` counts requests by key, `lies` what was asked wrongly."""

    chance: random.Random
    is_calm: bool = False
    calls: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    lies: list[str] = field(default_factory=list)

    def __call__(self, request: Received) -> Turn:
        key, so_far = asked(request.json["messages"])
        self.calls[key] += 1
        whole = truth(key)
        if not whole.startswith(so_far):
            self.lies.append(f"{key}: went on after {so_far!r}")
        rest = whole[len(so_far) :]
        return Say(rest) if self.is_calm else self._choose(rest)

    def _choose(self, rest: str) -> Turn:
        luck = self.chance.random()
        if luck < 0.10:
            self.faults["before a word"] += 1
            return self.chance.choice(BEFORE_A_WORD)
        if luck < 0.25 and rest:
            self.faults["in mid-answer"] += 1
            return Broken(rest[: self.chance.randint(1, len(rest))], self.chance.choice(_BREAKS))
        if luck < 0.28 and rest:
            self.faults["length"] += 1
            return Say(rest[: self.chance.randint(1, len(rest))], finish_reason="length")
        return self._well_said(rest)

    def _well_said(self, rest: str) -> Turn:
        chance = self.chance
        return Say(
            rest,
            reasoning="생각 좀 하고" if chance.random() < 0.2 else "",
            first_delay=chance.choice((0, 0, 0.3)),
            per_token_delay=chance.choice((0, 0.003, 0.02)),
            with_usage=chance.random() < 0.8,
            line_end=chance.choice(("\n", "\r\n")),
            with_comments=chance.random() < 0.2,
        )
