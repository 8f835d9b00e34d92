"""The built-in model through the chat, beside what its engine says of itself when it is asked directly."""

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
from loguru import logger

from bench.asking import client
from bench.figures import Figure, median
from bench.processes import BEARER, free_port, madang, until_answers
from madang.clock import Clock
from madang.config import Settings
from madang.gateway.embedded.builtin import BuiltIn
from madang.gateway.embedded.prompts import small_model_prompt
from madang.gateway.embedded.types import Endpoint

ROUNDS, TOKENS = 3, 64
QUESTION = "Write a short story about a lighthouse keeper and a storm."
Receipt = dict[str, Any]


def measure() -> Iterator[Figure]:
    """Yield nothing where there is no model: `MADANG_BUILTIN_DIR` names the folder of one that was fetched."""
    folder = os.environ.get("MADANG_BUILTIN_DIR")
    if folder is None or not any(Path(folder).glob("models/*.gguf")):
        print("  no built-in model here: MADANG_BUILTIN_DIR names no folder that holds one", flush=True)
        return
    with TemporaryDirectory() as data:
        port = free_port()
        with madang(Path(data), port, MADANG_BUILTIN="on", MADANG_BUILTIN_DIR=folder):
            until_answers(port, "/api/health/ready", time.monotonic(), BEARER)
            yield from asyncio.run(_measure(port, Path(folder), Path(data)))


async def _measure(port: int, folder: Path, data: Path) -> list[Figure]:
    logger.disable("madang")
    engine = BuiltIn(Settings(builtin_dir=folder), data, Clock(), lambda state: None)
    try:
        async with client() as session, engine.lease() as endpoint:
            first, again = await _two_turns(session, port)
            pairs = [((await _turn(session, port))[0], await _asked(session, endpoint)) for _ in range(ROUNDS)]
    finally:
        await engine.stop()
    ours, own = median([_speed(receipt) for receipt, _ in pairs]), median([speed for _, speed in pairs])
    reused = (again["cached_tokens"] or 0) / (first["prompt_tokens"] + first["completion_tokens"])
    return [
        Figure("built-in model through the chat", ours, "tokens/s", own, 0.95, ROUNDS, wants="more"),
        Figure("of the first turn, read from memory in the next", reused * 100, "%", goal=90, wants="more"),
    ]


async def _two_turns(session: aiohttp.ClientSession, port: int) -> tuple[Receipt, Receipt]:
    first, conversation_id = await _turn(session, port)
    again, _ = await _turn(session, port, conversation_id=conversation_id)
    return first, again


async def _turn(session: aiohttp.ClientSession, port: int, **about: str) -> tuple[Receipt, str]:
    body = {"content": QUESTION, "max_tokens": TOKENS, "temperature": 0, "cache": "off", **about}
    async with session.post(f"http://127.0.0.1:{port}/api/chat", json=body) as answer:
        told = await answer.json()
    if answer.status != 200:
        raise RuntimeError(f"the built-in model did not answer: {told}")
    return told["receipt"], told["conversation_id"]


def _speed(receipt: Receipt) -> float:
    """Tokens per second after the first one."""
    seconds: float = (receipt["latency_ms"] - receipt["ttft_ms"]) / 1000
    return (int(receipt["completion_tokens"]) - 1) / seconds


async def _asked(session: aiohttp.ClientSession, endpoint: Endpoint) -> float:
    """What the engine itself measures for the same question, with as many threads."""
    messages = [{"role": "system", "content": small_model_prompt("en")}, {"role": "user", "content": QUESTION}]
    body = {"messages": messages, "max_tokens": TOKENS, "temperature": 0}
    headers = {"Authorization": f"Bearer {endpoint.key}"}
    async with session.post(f"{endpoint.base_url}/chat/completions", json=body, headers=headers) as answer:
        told = await answer.json()
    speed: float = told["timings"]["predicted_per_second"]
    return speed
