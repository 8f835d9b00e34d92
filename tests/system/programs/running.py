"""Runs programs as the ordinary user for the tests of this folder; what they return is JSON."""

import asyncio
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from madang.errors import MadangError
from madang.system.programs.runner import Runner
from madang.system.programs.types import Command, Ground
from madang.system.types import Limits, Tier

PYTHON = next((path for path in ("/usr/bin/python3", "/usr/local/bin/python3") if Path(path).exists()), "")


def ground(folder: str, writable: bool = True, closed: tuple[str, ...] = ()) -> Ground:
    found = Path(folder).stat()
    return Ground(folder, writable, folder, (found.st_dev, found.st_ino), closed)


async def run_one(
    folder: str, tier: Tier, argv: list[str], limits: dict[str, int], runner: Runner | None = None
) -> dict[str, Any]:
    """Run it; return how it ended, what it printed and how many seconds that took, or the error's code and reason."""
    command = Command(argv[0], tuple(argv), ground(folder), tier, Limits(**limits))
    told: list[tuple[str, dict[str, Any]]] = []
    begun = time.monotonic()
    try:
        ended = await (runner or Runner(grace_s=0.3)).run(command, lambda kind, facts: told.append((kind, facts)))
    except MadangError as error:
        return {"error": error.code, **error.details}
    return {**asdict(ended), "told": told, "seconds": time.monotonic() - begun}


async def run_each(folder: str, tiers: list[Tier], argv: list[str], limits: dict[str, int]) -> list[dict[str, Any]]:
    """The same in each of these tiers, one after the other."""
    return [await run_one(folder, tier, argv, limits) for tier in tiers]


async def run_all(folder: str, runs: list[tuple[Tier, list[str], dict[str, int]]]) -> list[dict[str, Any]]:
    """Run several programs at the same time, with one runner."""
    runner = Runner(grace_s=0.3)
    found = await asyncio.gather(*(run_one(folder, *each, runner) for each in runs))
    return [{**each, "zombies": zombies()} for each in found]


def zombies() -> int:
    """How many ended children of this process nobody has taken note of."""
    count = 0
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return count
        except ChildProcessError:
            return count
        count += 1
