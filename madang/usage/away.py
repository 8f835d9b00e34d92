"""What was spent while nobody was at the page: told to whoever comes back first, and kept for the usage page."""

from datetime import timedelta

from madang.clock import Clock
from madang.db.database import Database
from madang.usage.store import away as store
from madang.usage.types import Away

LEAST_AWAY = timedelta(minutes=10)
"""Open pages say more often than this that somebody is there."""


class Visits:
    """Knows when somebody was last at a page, whichever process and browser that was."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def visit(self) -> Away | None:
        """Take note that somebody is there; return what was spent while nobody was, to one of several that ask."""
        return await store.visit(self._database, self._clock.now(), LEAST_AWAY)

    async def last(self) -> Away | None:
        """Return what was spent during the last absence in which anything was."""
        return await store.last(self._database)
