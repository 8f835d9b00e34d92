"""Who is signed in: in memory, so that a request asks no database, and in the database, to outlive the process."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from madang.clock import Clock
from madang.db.database import Database
from madang.errors import MadangError
from madang.guard import store
from madang.guard.secret import hash_of, matches
from madang.guard.types import Opened, Session
from madang.ids import new_id, new_secret
from madang.principal import ALL_SCOPES, Announce, Principal

LIFETIME = timedelta(days=30)
_MOST = 200  # a browser that signs in daily for half a year; the one unseen for the longest goes first
Found = tuple[Literal["whole", "cookie_only"], Principal]


class Sessions:
    """A session is two secrets in one browser: a cookie, which it sends by itself and which pages on other ports
    of this machine receive too, and a header token, which only our own page can read."""

    def __init__(self, db: Database, clock: Clock, announce: Announce) -> None:
        self._db = db
        self._clock = clock
        self._announce = announce
        self._by_id: dict[str, Session] = {}
        self._by_cookie: dict[str, Session] = {}
        self._seen: dict[str, datetime] = {}
        # Nothing begins or ends between reading the table and taking over what it said.
        self._changing = asyncio.Lock()
        self._is_outdated = False

    async def start(self) -> None:
        """Read who is signed in, and hear of those who sign in and out at other processes."""
        self._db.hear(store.SESSIONS, self._heard)
        self._db.refresh_on(store.SESSIONS, self.refresh)
        await store.clear_sessions(self._db, self._clock.now())
        await self.refresh()

    async def stop(self) -> None:
        """Write when each was last seen."""
        await store.note_seen(self._db, self._seen)

    async def open(self, label: str) -> Opened:
        """Begin a session for the browser called `label`; it lasts 30 days."""
        now, cookie, token = self._clock.now(), new_secret(), new_secret()
        session = Session(new_id(), hash_of(cookie), hash_of(token), now, now + LIFETIME, now, label)
        async with self._changing:
            await store.add_session(self._db, session)
            self._remember(session)
        await self._forget_the_least_used()
        self._announce("sessions.changed", {})
        return Opened(session, cookie, token)

    async def refresh(self) -> None:
        """Read again who is signed in."""
        async with self._changing:
            # Before reading: what is heard meanwhile has to be read again.
            self._is_outdated = False
            try:
                known = await store.all_sessions(self._db)
            except MadangError:
                self._is_outdated = True
                raise
            self._by_id.clear()
            self._by_cookie.clear()
            for session in known:
                self._remember(session)

    async def find(self, cookie: str, token: str | None) -> Found | None:
        """Return who holds `cookie`, and whether `token` completes it; None where the cookie opens nothing."""
        if self._is_outdated:
            await self.refresh()
        session = self._by_cookie.get(cookie_hash := hash_of(cookie)) or await self._of_another(cookie_hash)
        if session is None or not self._is_current(session):
            return None
        self._seen[session.id] = self._clock.now()
        is_whole = token is not None and matches(token, session.token_hash)
        return ("whole" if is_whole else "cookie_only"), Principal("person", session.id, ALL_SCOPES)

    def is_live(self, id: str) -> bool:
        """Say whether the session is still good."""
        session = self._by_id.get(id)
        return session is not None and self._is_current(session)

    def get(self, id: str) -> Session | None:
        """Return the session, or None where it has ended."""
        return self._by_id.get(id)

    def all(self) -> list[Session]:
        """Return every live session, the one seen last first."""
        live = [self._as_seen(session) for session in self._by_id.values() if self._is_current(session)]
        return sorted(live, key=lambda session: session.last_seen_at, reverse=True)

    async def close(self, *ids: str) -> None:
        """End these sessions. They are dead when this is called, even where the database then fails."""
        self._forget(ids)
        async with self._changing:
            await store.delete_sessions(self._db, list(ids))
            self._forget(ids)
        self._announce("sessions.changed", {})

    async def close_all(self) -> None:
        """Sign out every browser."""
        self._forget([*self._by_id])
        await self.refresh()
        await self.close(*self._by_id)

    async def _of_another(self, cookie_hash: str) -> Session | None:
        """The session, where another process began it and the news of it is still on its way."""
        if self._db.is_sqlite:
            return None
        async with self._changing:
            session = await store.find_session(self._db, cookie_hash)
            if session:
                self._remember(session)
            return session

    def _heard(self, about: str) -> None:
        # The next request waits for the table, so that who signed out elsewhere is out here.
        self._is_outdated = True

    def _remember(self, session: Session) -> None:
        self._by_id[session.id] = session
        self._by_cookie[session.cookie_hash] = session

    def _forget(self, ids: Iterable[str]) -> None:
        for id in ids:
            if session := self._by_id.pop(id, None):
                self._by_cookie.pop(session.cookie_hash, None)
            self._seen.pop(id, None)

    def _is_current(self, session: Session) -> bool:
        return session.expires_at > self._clock.now()

    def _as_seen(self, session: Session) -> Session:
        return replace(session, last_seen_at=self._seen.get(session.id, session.last_seen_at))

    async def _forget_the_least_used(self) -> None:
        for session in self.all()[_MOST:]:
            await self.close(session.id)
