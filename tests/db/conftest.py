"""A started database of either kind."""

from collections.abc import AsyncIterator

import pytest

from madang.db.database import Database


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = Database.open(database_url)
    await opened.start()
    yield opened
    await opened.stop()
