"""Connections whose request has not come in yet: they wait for a bounded time, and give way when places run out."""

import asyncio
from typing import Protocol

_SPARE_DESCRIPTORS = 256
"""Files, databases and providers need descriptors as well."""


class Waiting(Protocol):
    """A connection that owes us the rest of a request."""

    def give_up(self) -> None:
        """End the connection; its time is over."""


class Lobby:
    """Who waits, the longest first. `limit` is the most connections, `seconds` the time each has for its headers."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._until: dict[Waiting, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    def enter(self, guest: Waiting) -> None:
        """Begin to count the time of `guest`; one who waits already goes on waiting."""
        if guest not in self._until:
            self._until[guest] = asyncio.get_running_loop().time() + self.seconds
            if self._timer is None:
                self._look_in(self.seconds)

    def leave(self, guest: Waiting) -> None:
        """The request of `guest` is there, or its connection has ended."""
        self._until.pop(guest, None)

    def make_room(self) -> bool:
        """Send away the one who waits longest; say whether there was one."""
        longest = next(iter(self._until), None)
        if longest is None:
            return False
        self.leave(longest)
        longest.give_up()
        return True

    def _look_in(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self._look)

    def _look(self) -> None:
        """Send away whose time is over. All have the same time, so who came first has to go first."""
        self._timer, now = None, asyncio.get_running_loop().time()
        for guest, until in list(self._until.items()):
            if until > now:
                self._look_in(until - now)
                return
            self.leave(guest)
            guest.give_up()


def places(wanted: int) -> int:
    """Raise this process's limit of open files towards `wanted` connections; return how many fit under it."""
    try:
        import resource
    except ImportError:  # Windows counts handles, not descriptors, and has no such limit
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    need = wanted + _SPARE_DESCRIPTORS
    most = need if hard == resource.RLIM_INFINITY else min(need, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        soft = most
    return wanted if soft == resource.RLIM_INFINITY else max(min(wanted, soft - _SPARE_DESCRIPTORS), 10)
