"""What is kept of a whole answer, as a type and as JSON."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Self

import orjson

from madang.gateway.types import ReasoningDelta, Relayed, TextDelta, Usage


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that ended with `stop`. `cost_microusd` is what it cost then; `None` where that is unknown.

    `masked` counts the secrets that were masked in it.
    """

    key: str
    text: str
    reasoning: str
    usage: Usage
    cost_microusd: int | None
    stored_at: datetime
    masked: int = 0

    def replay(self) -> Iterator[TextDelta | ReasoningDelta]:
        """Yield the answer again, each kind of words in one piece."""
        if self.reasoning:
            yield ReasoningDelta(self.reasoning)
        if self.text:
            yield TextDelta(self.text, self.masked)

    def replay_raw(self) -> Iterator[Relayed]:
        """Yield the answer to a raw request again, as it came."""
        yield Relayed(self.text.encode(), self.masked)

    def age_seconds(self, now: datetime) -> int:
        """Return how old it is, in whole seconds; 0 where the clock went back."""
        return max(0, int((now - self.stored_at).total_seconds()))

    def to_json(self) -> bytes:
        """Return it as JSON with sorted names."""
        data = asdict(self) | {"stored_at": self.stored_at.timestamp()}
        return orjson.dumps(data, option=orjson.OPT_SORT_KEYS)

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Read it back. Raises `ValueError`, `KeyError` or `TypeError` for anything else."""
        fields: dict[str, Any] = orjson.loads(data)
        stored_at = datetime.fromtimestamp(fields.pop("stored_at"), UTC)
        return cls(usage=Usage(**fields.pop("usage")), stored_at=stored_at, **fields)
