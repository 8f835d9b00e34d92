"""What a sandbox costs: starting a program that does nothing, in each tier that works here, beside a bare one."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure, median
from madang.system.programs.probe import probe, real_trial
from madang.system.programs.runner import Runner
from madang.system.programs.types import Command, Ground
from madang.system.types import Tier

RUNS = 30
PROGRAM = "/usr/bin/true"


def measure() -> Iterator[Figure]:
    yield from asyncio.run(_measure())


async def _measure() -> list[Figure]:
    runner = Runner()
    report = await probe(real_trial(runner))
    bare = await _each(_bare)
    figures = []
    with TemporaryDirectory() as folder:
        for tier in [each.tier for each in report.tiers if each.works]:
            mine = await _each(lambda tier=tier: _boxed(runner, folder, tier))  # type: ignore[misc]
            figures.append(Figure(f"run a program in tier {tier}, median", mine, "ms", bare, runs=RUNS))
    return figures


async def _each(run: Callable[[], Awaitable[object]]) -> float:
    took = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        await run()
        took.append((time.perf_counter() - begun) * 1000)
    return median(took)


async def _bare() -> None:
    await (await asyncio.create_subprocess_exec(PROGRAM)).wait()


async def _boxed(runner: Runner, folder: str, tier: Tier) -> None:
    found = Path(folder).stat()
    ground = Ground(folder, True, folder, (found.st_dev, found.st_ino))
    await runner.run(Command(PROGRAM, (PROGRAM,), ground, tier), lambda _kind, _facts: None)
