"""What the gateway's tests share: an upstream client with short waits."""

from collections.abc import AsyncIterator

import pytest

from madang.clock import Clock
from madang.gateway.upstream import Upstream
from madang.redact import Redactor
from tests.gateway.asking import SHORT


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    client = Upstream(SHORT, Clock(), Redactor())
    yield client
    await client.stop()
