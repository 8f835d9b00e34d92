"""Carries out everyday work in the ordinary user's process, and says yes where it is asked; what it returns is JSON."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from madang.errors import MadangError
from madang.permissions.errors import Parked
from madang.system.executor import Asking
from madang.system.requests import ReadFile, Request, RunProgram
from madang.system.types import Actor
from tests.permissions.walls import Walls, walls
from tests.whole.walls.tasks import TASKS, Task
from tests.whole.walls.ways import add_ways


async def work(folder: str, outside: str) -> list[dict[str, Any]]:
    """Do every task, each in a run of its own; return how often a person was asked, what failed and is missing."""
    async with walls(Path(folder), f"{folder}/data/madang.db", tier=3) as house:
        await add_ways(house)
        await house.room.changes.set_mode("workspace", "", "session")
        return [await _task(house, task, f"run{number}", outside) for number, task in enumerate(TASKS)]


async def _task(house: Walls, task: Task, run: str, outside: str) -> dict[str, Any]:
    asked, failed = 0, []
    steps = [_placed(step, outside) for step in task.steps(house.folder.id)]
    for number, step in enumerate(steps):
        was_asked, error = await _step(house, step, Asking(Actor("run", "agent"), run, str(number)))
        asked += was_asked
        failed += [error] if error else []
    missing = [name for name in task.makes if not (house.place / name).exists()]
    left = [name for name in task.removes if (house.place / name).exists()]
    return {"name": task.name, "asked": asked, "failed": failed, "missing": missing, "left": left}


def _placed(step: Request, outside: str) -> Request:
    return replace(step, path=outside) if isinstance(step, ReadFile) and not step.folder else step


async def _step(house: Walls, step: Request, asking: Asking) -> tuple[bool, str]:
    """Take one step, and say yes where a person is asked; return whether one was, and what went wrong."""
    was_asked = False
    try:
        try:
            outcome = await house.do(step, asking)
        except Parked as parked:
            was_asked = True
            await house.answer(str(parked.details["question"]))
            outcome = await house.do(step, asking)
    except MadangError as error:
        return was_asked, error.code
    code = outcome.facts.get("exit_code", 0)
    # diff says with 1 that there are differences.
    is_fine = code == 0 or (isinstance(step, RunProgram) and step.argv[0] == "diff" and code == 1)
    return was_asked, "" if is_fine else f"exit {code}: {outcome.facts.get('stderr')}"
