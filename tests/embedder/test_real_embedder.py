"""The real embedder in its own process, from the package index this machine has."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import psutil
import pytest

from madang.clock import Clock
from madang.config import Settings
from madang.gateway.embedder.service import Embedder
from tests.support.builtin import shared_folder

pytestmark = [
    pytest.mark.builtin,
    pytest.mark.skipif(sys.platform != "linux" or os.uname().machine != "x86_64", reason="it runs on Linux x86_64"),
]
_HOLD = """
import asyncio, sys
from pathlib import Path
from madang.clock import Clock
from madang.config import Settings
from madang.gateway.embedder.service import Embedder

async def hold():
    folder = Path(sys.argv[1])
    embedder = Embedder(Settings(builtin_dir=folder), folder, Clock(), lambda state: None)
    await embedder.embed(["hello"])
    print(embedder.pid, flush=True)
    await asyncio.sleep(3600)

asyncio.run(hold())
"""


@pytest.fixture
async def embedder(tmp_path: Path) -> AsyncIterator[Embedder]:
    settings = Settings(builtin_dir=shared_folder(), builtin_threads=1)
    service = Embedder(settings, tmp_path, Clock(), lambda state: None)
    await service.ready()
    yield service
    await service.stop()


async def test_what_means_the_same_lies_closer_in_both_languages(embedder: Embedder):
    texts = [
        "How do I boil an egg?",
        "달걀은 어떻게 삶나요?",
        "계란 삶는 법 알려 줘",
        "Who wrote Hamlet?",
        "a\0b",
        "\ud800",
        "",
    ]
    rows = await embedder.embed(texts)
    assert rows.dtype == np.float32
    assert rows.shape == (len(texts), embedder.dimensions)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-4)
    close = rows @ rows[1]
    assert close[2] > close[0] > close[3]
    assert np.allclose(await embedder.embed(texts), rows, atol=1e-5)


async def test_a_query_and_a_passage_are_embedded_apart_and_counted(embedder: Embedder):
    query, passage = [await embedder.embed_counted(["서울의 날씨"], role) for role in ("query", "passage")]
    assert query.vectors != passage.vectors
    assert 4 < query.tokens < 20


async def test_it_is_started_again_after_its_process_was_killed(embedder: Embedder):
    before = await embedder.embed(["hello"])
    first = embedder.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert np.allclose(await embedder.embed(["hello"]), before, atol=1e-5)
    assert embedder.pid not in {first, None}


async def test_who_leaves_does_not_mix_up_the_answers_of_others(embedder: Embedder):
    alone = await embedder.embed(["alpha"])
    leaving = [asyncio.create_task(embedder.embed([f"text {number} " * 50])) for number in range(4)]
    staying = asyncio.create_task(embedder.embed(["alpha"]))
    await asyncio.sleep(0)
    for task in leaving:
        task.cancel()
    assert np.allclose(await staying, alone, atol=1e-5)
    assert all(
        isinstance(left, asyncio.CancelledError) for left in await asyncio.gather(*leaving, return_exceptions=True)
    )


async def test_unused_it_ends_by_itself_and_stop_ends_it_too(tmp_path: Path, embedder: Embedder):
    settings = Settings(builtin_dir=shared_folder(), builtin_threads=1, builtin_idle=timedelta(milliseconds=1))
    restless = Embedder(settings, tmp_path, Clock(), lambda state: None)
    await restless.embed(["hello"])
    async with asyncio.timeout(60):
        while restless.pid is not None:
            await asyncio.sleep(0.01)
    assert restless.state.status == "stopped"
    await embedder.embed(["hello"])
    process = psutil.Process(embedder.pid)
    await embedder.stop()
    assert not process.is_running()


async def test_it_dies_with_the_process_that_started_it(embedder: Embedder):
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _HOLD, str(shared_folder()), stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    worker = psutil.Process(int(await asyncio.wait_for(holder.stdout.readline(), 120)))
    assert worker.memory_info().rss < 300_000_000
    holder.kill()
    await holder.wait()
    await asyncio.to_thread(worker.wait, 60)
