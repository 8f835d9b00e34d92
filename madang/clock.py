"""The time, in one place, so that a test can move it."""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the time of day, aware and in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never run backwards, for durations and deadlines."""
        return time.monotonic()


class FixedClock(Clock):
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime | None = None) -> None:
        self._at = at or datetime(2026, 1, 1, tzinfo=UTC)
        self._seconds = 0.0

    def now(self) -> datetime:
        return self._at

    def monotonic(self) -> float:
        return self._seconds

    def advance(self, **duration: float) -> None:
        """Move on by a `timedelta` given in its keywords: `advance(hours=1)`."""
        step = timedelta(**duration)
        self._at += step
        self._seconds += step.total_seconds()

    def jump(self, **duration: float) -> None:
        """Set the time of day forward or back, as a person or a time server does; durations do not notice."""
        self._at += timedelta(**duration)
