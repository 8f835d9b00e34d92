"""Secrets that open one thing once and soon run out: sign-in codes and WebSocket tickets. Kept in memory only."""

from datetime import timedelta
from typing import Generic, TypeVar

from madang.clock import Clock
from madang.guard.secret import hash_of
from madang.ids import new_secret
from madang.principal import Principal

T = TypeVar("T")


class _Once(Generic[T]):
    def __init__(self, clock: Clock, lifetime: timedelta, most: int) -> None:
        self._clock = clock
        self._lifetime_seconds = lifetime.total_seconds()
        self._most = most
        self._waiting: dict[str, tuple[float, T]] = {}

    def _issue(self, value: T) -> str:
        text, now = new_secret(), self._clock.monotonic()
        self._waiting = {key: kept for key, kept in self._waiting.items() if kept[0] > now}
        if len(self._waiting) >= self._most:
            del self._waiting[next(iter(self._waiting))]
        self._waiting[hash_of(text)] = (now + self._lifetime_seconds, value)
        return text

    def _take(self, text: str) -> T | None:
        ends_at, value = self._waiting.pop(hash_of(text), (0.0, None))
        return value if ends_at > self._clock.monotonic() else None


class SignInCodes(_Once[bool]):
    """Codes in the link that opens the browser: 60 seconds, one use."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, timedelta(seconds=60), most=16)

    def issue(self) -> str:
        """Return a fresh code."""
        return self._issue(True)

    def take(self, code: str) -> bool:
        """Say whether `code` was good, and use it up."""
        return self._take(code) is not None


class Tickets(_Once[Principal]):
    """Tickets for opening a WebSocket, which cannot send our header: 30 seconds, one use."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, timedelta(seconds=30), most=1000)

    def issue(self, principal: Principal) -> str:
        """Return a ticket that lets `principal` open one socket."""
        return self._issue(principal)

    def take(self, ticket: str) -> Principal | None:
        """Return whose ticket this was, and use it up; None where it is used, old or unknown."""
        return self._take(ticket)
