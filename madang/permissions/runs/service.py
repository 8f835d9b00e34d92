"""How each run stands: its mode from the beginning on, what it has met, and whether it waits for a person."""

from dataclasses import replace

from madang.db.transaction import Transaction
from madang.permissions.approvals.types import CHANGED
from madang.permissions.errors import NoPausedRun
from madang.permissions.ground import Ground
from madang.permissions.runs import store
from madang.permissions.runs.types import RunState
from madang.permissions.types import Mode
from madang.system.executor import Asking


class Runs:
    """A run begins when it first asks for something, and keeps the mode that holds then."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def find(self, run: str) -> RunState | None:
        """Return how a run stands; `None` where it has asked for nothing."""
        async with self._ground.database.read() as tx:
            return await store.find(tx, run)

    async def paused(self) -> list[RunState]:
        """Return the runs that wait for a person, the newest first."""
        async with self._ground.database.read() as tx:
            return await store.paused(tx)

    async def resume(self, run: str, by: str) -> RunState:
        """Let a paused run go on; what it asks and is refused counts anew. What it has met, it has met.

        Raises `NoPausedRun`.
        """

        async def put(tx: Transaction) -> RunState | None:
            if not await store.resume(tx, run):
                return None
            await self._ground.audit.append(tx, "resumed", run, {"by": by})
            return await store.find(tx, run)

        found = await self._ground.write(put)
        if found is None:
            raise NoPausedRun("no run with this id waits for a person")
        self._ground.announce(CHANGED, {"run": run})
        return found

    async def enter(self, asking: Asking, mode: Mode) -> RunState | None:
        """Return how the run stands, with all that the asking brings along; `None` for what belongs to no run.

        One that has not begun begins with `mode`. What a run has met is never taken back.
        """
        if not asking.run:
            return None
        found = await self.find(asking.run)
        if found is not None and found.taint.issuperset(asking.taint):
            return found
        now = self._ground.clock.now()

        async def put(tx: Transaction) -> RunState:
            begun = await store.begin(tx, asking.run, asking.conversation, mode, now)
            taint = begun.taint.union(asking.taint)
            await store.change(tx, asking.run, taint=sorted(taint))
            return replace(begun, taint=taint)

        return await self._ground.write(put)


def joined(asking: Asking, run: RunState | None) -> Asking:
    """Return an asking with all that its run has met."""
    return asking if run is None else replace(asking, taint=tuple(sorted(run.taint.union(asking.taint))))
