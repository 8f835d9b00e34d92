"""Tries every goal with everything real behind the walls, in the ordinary user's process; what it returns is JSON."""

import hashlib
import os
import stat
from collections import Counter
from pathlib import Path
from typing import Any

from madang.errors import MadangError
from madang.permissions.types import Mode
from madang.system.executor import Asking
from madang.system.requests import RunProgram
from madang.system.types import Actor
from tests.permissions.walls import walls
from tests.whole.walls.goals import goals
from tests.whole.walls.ways import add_ways


async def attempt_all(folder: str, places: dict[str, str], mode: Mode) -> dict[str, Any]:
    """Try them one after the other, each in a run of its own; return how each ended, and what came back in all."""
    ended: Counter[str] = Counter()
    told: list[str] = []
    async with walls(Path(folder), f"{folder}/data/madang.db", tier=3) as house:
        await add_ways(house)
        await house.room.changes.set_mode(mode, "", "session")
        for number, goal in enumerate(goals(house.folder.id, places)):
            name = "exec" if isinstance(goal, RunProgram) else type(goal).__name__
            try:
                outcome = await house.do(goal, Asking(Actor("run", "agent"), f"run{number}", "1"))
                ended[f"{name}: done"] += 1
                told.append(f"{goal!r} -> {dict(outcome.facts)!r} {outcome.body!r}")
            except MadangError as error:
                ended[f"{name}: {error.code}"] += 1
                told.append(f"{goal!r} -> {error.code} {error.details!r}")
        waiting = await house.room.parking.count()
        return {"ended": dict(ended), "told": told, "waiting": waiting, "sound": await house.is_sound()}


def world(folder: str) -> dict[str, list[Any]]:
    """Return what lies below a folder: each name with its kind, mode, owner, times and contents."""
    found: dict[str, list[Any]] = {}
    for above, names, files in os.walk(folder):
        for name in (*names, *files):
            path = Path(above, name)
            one = path.lstat()
            content = hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(one.st_mode) else ""
            found[str(path.relative_to(folder))] = [one.st_mode, one.st_uid, one.st_nlink, one.st_mtime_ns, content]
    return found
