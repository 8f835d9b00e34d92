"""An executor that stops in the middle, and a process that is to be killed there."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from madang.system.executor import Asking, Outcome, Watch
from madang.system.requests import Request
from madang.system.types import Action
from tests.permissions.walls import Walls, walls


class Dying:
    """An executor that stops in the middle: it has begun, and its process is gone before anything is stored."""

    def __init__(self, house: Walls) -> None:
        self._house = house
        self.begun = asyncio.Event()

    async def prepare(self, request: Request, asking: Asking) -> "_Prepared":
        prepared = await self._house.executor.prepare(request, asking)
        return _Prepared(prepared.action, self)


class _Prepared:
    preview: Mapping[str, object] = MappingProxyType({})

    def __init__(self, action: Action, executor: Dying) -> None:
        self.action = action
        self._executor = executor

    async def perform(self, watch: Watch) -> Outcome:
        self._executor.begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def __aenter__(self) -> "_Prepared":
        return self

    async def __aexit__(self, *given: object) -> None:
        return None


async def _die(folder: Path, url: str) -> None:
    async with walls(folder, url) as house:
        executor = Dying(house)
        house.room.broker.carries(executor, type(house.write()))
        await house.room.changes.add_rule("allow fs.write(ws:**)", "session")
        doing = asyncio.create_task(house.do(house.write()))
        await executor.begun.wait()
        print("begun", flush=True)
        await doing


if __name__ == "__main__":
    asyncio.run(_die(Path(sys.argv[1]), sys.argv[2]))
