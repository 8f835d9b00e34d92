"""Secrets that open one thing once and soon run out: sign-in codes and WebSocket tickets.

One process keeps them in memory only. Where several share a database they are kept there, as hashes, because the
request that uses one may reach another process than the request that made it.
"""

from datetime import timedelta

from madang.clock import Clock
from madang.db.database import Database
from madang.guard import store
from madang.guard.secret import hash_of
from madang.guard.types import Pass, PassKind
from madang.ids import new_secret
from madang.principal import Principal


class _Once:
    def __init__(self, kind: PassKind, clock: Clock, lifetime: timedelta, most: int) -> None:
        self._kind = kind
        self._clock = clock
        self._lifetime = lifetime
        self._most = most
        self._waiting: dict[str, tuple[float, Pass]] = {}
        self._shared: Database | None = None

    async def share(self, db: Database) -> None:
        """Keep them in `db` from here on, if other processes may work on it too."""
        if db.is_sqlite:
            return
        for key, (ends_at, kept) in self._waiting.items():
            await store.add_pass(db, key, kept, timedelta(seconds=ends_at - self._clock.monotonic()), self._most)
        self._waiting.clear()
        self._shared = db

    def _keep(self, holder: Principal | None) -> str:
        text, now = new_secret(), self._clock.monotonic()
        self._waiting = {key: kept for key, kept in self._waiting.items() if kept[0] > now}
        if len(self._waiting) >= self._most:
            del self._waiting[next(iter(self._waiting))]
        self._waiting[hash_of(text)] = (now + self._lifetime.total_seconds(), Pass(self._kind, holder))
        return text

    async def _issue(self, holder: Principal | None) -> str:
        if self._shared is None:
            return self._keep(holder)
        text = new_secret()
        await store.add_pass(self._shared, hash_of(text), Pass(self._kind, holder), self._lifetime, self._most)
        return text

    async def _take(self, text: str) -> Pass | None:
        if self._shared is not None:
            return await store.take_pass(self._shared, self._kind, hash_of(text))
        ends_at, kept = self._waiting.pop(hash_of(text), (0.0, None))
        return kept if ends_at > self._clock.monotonic() else None


class SignInCodes(_Once):
    """Codes in the link that opens the browser: 60 seconds, one use."""

    def __init__(self, clock: Clock) -> None:
        super().__init__("code", clock, timedelta(seconds=60), most=16)

    def first(self) -> str:
        """Return a fresh code while the database is not open yet."""
        return self._keep(None)

    async def issue(self) -> str:
        """Return a fresh code."""
        return await self._issue(None)

    async def take(self, code: str) -> bool:
        """Say whether `code` was good, and use it up."""
        return await self._take(code) is not None


class Tickets(_Once):
    """Tickets for opening a WebSocket, which cannot send our header: 30 seconds, one use."""

    def __init__(self, clock: Clock) -> None:
        super().__init__("ticket", clock, timedelta(seconds=30), most=1000)

    async def issue(self, principal: Principal) -> str:
        """Return a ticket that lets `principal` open one socket."""
        return await self._issue(principal)

    async def take(self, ticket: str) -> Principal | None:
        """Return whose ticket this was, and use it up; None where it is used, old or unknown."""
        kept = await self._take(ticket)
        return kept.holder if kept else None
