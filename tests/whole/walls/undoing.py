"""Lets an agent loose on a folder and undoes its run, in the ordinary user's process; what it returns is JSON."""

from pathlib import Path
from typing import Any

from madang.system.executor import Asking
from madang.system.requests import DeleteEntries, RunProgram, UndoChanges
from madang.system.types import Actor
from tests.permissions.walls import walls
from tests.whole.walls.hostile import world
from tests.whole.walls.ways import add_ways

PYTHON = "/usr/bin/python3"
RENAMES = """
import os, pathlib, random, shutil
chance = random.Random(int(os.sys.argv[1]))
for path in sorted(pathlib.Path(".").rglob("*")):
    if not os.path.lexists(path) or ".git" in path.parts: continue
    what = chance.randrange(6)
    if what == 0 and path.is_file(): path.write_bytes(chance.randbytes(60))
    if what == 1: path.rename(path.with_name(path.name + "-moved"))
    if what == 2: shutil.rmtree(path) if path.is_dir() else path.unlink()
    if what == 3: path.chmod(0o711)
"""


async def let_loose(folder: str, seed: int, edited: str) -> dict[str, Any]:
    """Run programs that change much, edit one file by hand if `edited` names one, undo the run; return the world
    before and after, what became of each path, and what stands in the edited file."""
    place = Path(folder, "work")
    async with walls(Path(folder), f"{folder}/data/madang.db", tier=3) as house:
        await add_ways(house)
        await house.room.changes.set_mode("workspace", "", "session")
        before = world(str(place))
        programs = (
            ("sed", "-i", "s/a/b/", "kept.txt"), ("tar", "-xf", "more.tar"), ("git", "init", "-q", "library"),
            (PYTHON, "-c", RENAMES, str(seed)),
        )  # fmt: skip
        for number, words in enumerate(programs):
            request = RunProgram(house.folder.id, words, wall_s=30)
            await house.do(request, Asking(Actor("run", "agent"), "run", str(number)))
        if (place / "doomed.txt").exists():
            await house.do(DeleteEntries(house.folder.id, ("doomed.txt",)), Asking(Actor("run", "agent"), "run", "x"))
        between = world(str(place))
        if edited:
            (place / edited).write_text("mine")
        states: dict[str, str] = {}
        for one in await house.undo.page(house.folder.id, "run", None, 99):
            done = await house.do(UndoChanges(house.folder.id, one.id), Asking(Actor("person", "session")))
            states |= done.facts["states"]
        return {"before": before, "between": between, "after": world(str(place)), "states": states}
