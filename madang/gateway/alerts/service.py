"""Tells every open page once when a cap is half used, nearly used and used up; no call waits for it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict

from loguru import logger

from madang.clock import Clock
from madang.db.database import Database
from madang.gateway.alerts import store
from madang.gateway.alerts.types import Alert, Step, period_of, reached
from madang.gateway.caps.service import Caps
from madang.gateway.caps.types import Standing
from madang.gateway.days import day_of
from madang.gateway.entries import Entry
from madang.principal import Announce

_GATHER_SECONDS = 0.2
_MOST_SHOWN = 50
_MOST_KNOWN = 4000


class Alerts:
    """Looks at the caps after calls were paid for or stopped."""

    def __init__(self, database: Database, clock: Clock, caps: Caps, announce: Announce) -> None:
        self._database = database
        self._clock = clock
        self._caps = caps
        self._announce = announce
        self._has_news = asyncio.Event()
        self._stopping: set[str] = set()
        # The limit and the steps that were told, by cap and window: while those hold, the database is not written to.
        self._known: dict[tuple[str, str], tuple[int, tuple[Step, ...]]] = {}
        self._looking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look."""
        self._looking = asyncio.create_task(self._look_on(), name="alerts")

    async def stop(self) -> None:
        """Look no more. What nobody was told yet is told after the next paid call."""
        if self._looking:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking

    def stored(self, entries: Sequence[Entry]) -> None:
        """Hear which calls the ledger has now. Returns at once."""
        if any(entry.cost_microusd for entry in entries):
            self._has_news.set()

    def stopped(self, cap_id: str) -> None:
        """Hear that a cap stopped a call. Returns at once."""
        self._stopping.add(cap_id)
        self._has_news.set()

    async def newest(self) -> list[Alert]:
        """Return what was told lately, the newest first."""
        return await store.newest(self._database, _MOST_SHOWN)

    async def look(self) -> None:
        """Tell what is reached and was not told."""
        stopping, self._stopping = self._stopping, set()
        now = self._clock.now()
        day = day_of(now)
        news: list[tuple[Standing, tuple[Step, ...]]] = []
        for standing in await self._caps.all():
            steps = reached(standing, stopping)
            limit, known = self._known.get(_key(standing, day), (None, ()))
            if limit != standing.cap.limit_microusd or not set(steps) <= set(known):
                news.append((standing, steps))
        if not news:
            return
        told = await store.tell(self._database, news, day, now)
        self._remember(news, day)
        for standing, _ in news:
            self._tell_highest([alert for alert in told if alert.cap_id == standing.cap.id])

    def _remember(self, news: Sequence[tuple[Standing, tuple[Step, ...]]], day: str) -> None:
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()
        for standing, steps in news:
            self._known[_key(standing, day)] = standing.cap.limit_microusd, steps

    def _tell_highest(self, told: Sequence[Alert]) -> None:
        if told:
            alert = max(told, key=lambda one: one.step)
            resets_at = alert.resets_at.isoformat() if alert.resets_at else None
            said = asdict(alert) | {"at": alert.at.isoformat(), "resets_at": resets_at}
            self._announce("caps.alert", {"alert": said})

    async def _look_on(self) -> None:
        while True:
            await self._has_news.wait()
            await asyncio.sleep(_GATHER_SECONDS)
            self._has_news.clear()
            try:
                await self.look()
            except Exception as error:  # noqa: BLE001 - the next paid call looks again; the limits hold without this
                logger.warning("the limits could not be looked at: {}", error)


def _key(standing: Standing, day: str) -> tuple[str, str]:
    return standing.cap.id, period_of(standing.cap, day)
