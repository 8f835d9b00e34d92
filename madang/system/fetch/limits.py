"""How long and how much a web page may take."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """Seconds, bytes and counts. `body_bytes` bounds what is received and, once more, what it unpacks to; `parts` are
    the tags and texts of a page that are looked at."""

    connect: float = 5
    gap: float = 10
    total: float = 30
    body_bytes: int = 5 << 20
    hops: int = 5
    at_once: int = 8
    text_characters: int = 1 << 20
    links: int = 500
    parts: int = 300_000
