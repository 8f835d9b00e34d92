"""A started journal on either database."""

from collections.abc import AsyncIterator

import pytest

from madang.clock import FixedClock
from madang.db.database import Database
from madang.live.journal import Journal


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
async def journal(database: Database, clock: FixedClock) -> AsyncIterator[Journal]:
    started = Journal(database, clock)
    await started.start()
    yield started
    await started.stop()
