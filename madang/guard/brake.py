"""Slows down whoever guesses: after twenty wrong credentials within a minute, each further one costs a longer wait."""

from dataclasses import dataclass

from madang.clock import Clock

_TRIES = 20
_WINDOW_SECONDS = 60.0
_LONGEST_SECONDS = 15 * 60
_MOST_ADDRESSES = 1024


@dataclass(slots=True)
class _Tries:
    since: float
    count: int = 0
    blocked_until: float = 0.0


class Brake:
    """Wrong credentials by the address they came from. Whoever holds a right one is never slowed down."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tries: dict[str, _Tries] = {}

    def failed(self, address: str) -> None:
        """Count a wrong credential. While the address has to wait, more of them are not counted."""
        now = self._clock.monotonic()
        tries = self._tries.get(address)
        if tries is None or now - max(tries.since, tries.blocked_until) > _WINDOW_SECONDS:
            tries = self._begin(address, now)
        if tries.blocked_until > now:
            return
        tries.count += 1
        if tries.count >= _TRIES:
            tries.blocked_until = now + min(2 ** (tries.count - _TRIES + 1), _LONGEST_SECONDS)

    def wait_of(self, address: str) -> int:
        """Return how many seconds the address has to wait; 0 where it may try."""
        tries = self._tries.get(address)
        remaining = tries.blocked_until - self._clock.monotonic() if tries else 0.0
        return int(remaining) + 1 if remaining > 0 else 0

    def _begin(self, address: str, now: float) -> _Tries:
        self._tries.pop(address, None)
        if len(self._tries) >= _MOST_ADDRESSES:
            del self._tries[next(iter(self._tries))]
        self._tries[address] = _Tries(now)
        return self._tries[address]
