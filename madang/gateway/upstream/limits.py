"""How long and how much a provider may take."""

from dataclasses import dataclass
from typing import Self

from madang.config import Settings


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, bytes and counts. `stream_bytes` bounds all that a stream sends, `answer_bytes` the words in it.

    `vector` is how long an answer waits while similar questions are looked for.
    """

    connect: float = 5
    first_byte: float = 60
    local_first_byte: float = 600
    gap: float = 60
    total: float = 600
    after_finish: float = 5
    retries: int = 2
    backoff: float = 0.5
    longest_backoff: float = 8
    longest_retry_after: float = 120
    line_bytes: int = 2**20
    answer_bytes: int = 8 * 2**20
    stream_bytes: int = 64 * 2**20
    refusal_bytes: int = 64 * 2**10
    list_bytes: int = 4 * 2**20
    vector: float = 5

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the limits that the settings ask for."""
        return cls(
            connect=settings.upstream_connect_timeout,
            first_byte=settings.upstream_first_byte_timeout,
            local_first_byte=settings.upstream_local_first_byte_timeout,
            gap=settings.upstream_gap_timeout,
            total=settings.upstream_total_timeout,
            vector=settings.upstream_vector_timeout,
        )
