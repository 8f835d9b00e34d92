"""An executor that is too late: something happens between the looking and the doing."""

from collections.abc import Callable

from madang.system.executor import Asking, Outcome, Prepared, Watch
from madang.system.requests import Request
from tests.permissions.walls import Walls


class Late:
    """Carries out what the executor of files does, after `meanwhile` has happened. `tried` counts how often."""

    def __init__(self, house: Walls, meanwhile: Callable[[], object]) -> None:
        self._house = house
        self.meanwhile = meanwhile
        self.tried = 0

    async def prepare(self, request: Request, asking: Asking) -> "_Prepared":
        return _Prepared(await self._house.executor.prepare(request, asking), self)


class _Prepared:
    def __init__(self, prepared: Prepared, executor: Late) -> None:
        self._prepared = prepared
        self._executor = executor
        self.action, self.preview = prepared.action, prepared.preview

    async def perform(self, watch: Watch) -> Outcome:
        self._executor.tried += 1
        self._executor.meanwhile()
        return await self._prepared.perform(watch)

    async def __aenter__(self) -> "_Prepared":
        await self._prepared.__aenter__()
        return self

    async def __aexit__(self, *given: object) -> None:
        await self._prepared.__aexit__(None, None, None)
