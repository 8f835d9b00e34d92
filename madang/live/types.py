"""What the journal holds."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

RESYNC = "resync"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `number` counts up by one within `stream`, in the order of commits."""

    stream: str
    number: int
    kind: str
    data: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """An event that has no number yet. `process`, where it is named, must be at work for the note to be taken."""

    stream: str
    kind: str
    data: dict[str, Any]
    at: datetime
    process: str | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """How far a stream goes: the newest number, and the number up to which events have been cleared away."""

    last_number: int
    kept_after: int


@dataclass(frozen=True, slots=True)
class Past:
    """What is old in a stream: details from before `details_before`, words of what finished at number `finished` or
    earlier among them, and everything from before `all_before`."""

    stream: str
    finished: int
    details_before: datetime
    all_before: datetime
