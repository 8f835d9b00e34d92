"""Runs programs by hand: each goes on in the background, tells what it prints, and can be stopped."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, cast

from loguru import logger

from madang.clock import Clock
from madang.db.database import Database
from madang.db.lease import Lease
from madang.db.transaction import Transaction
from madang.errors import MadangError
from madang.ids import new_id
from madang.live.journal import Journal
from madang.principal import Principal
from madang.programs import store
from madang.programs.errors import NoSuchRun
from madang.programs.printing import Printing
from madang.programs.types import ProgramRun, ProgramState
from madang.redact import Redactor
from madang.system.executor import Asking, Carrier, Outcome
from madang.system.requests import RunProgram
from madang.system.types import Actor

PRINTED, FINISHED = "program.delta", "program.finished"
LISTED = 50


def stream_of(run_id: str) -> str:
    """Return the journal's stream of a run: what it prints, then how it ended."""
    return f"program:{run_id}"


@dataclass(frozen=True, slots=True)
class Ground:
    """What the room stands on."""

    database: Database
    lease: Lease
    journal: Journal
    carrier: Carrier
    clock: Clock
    redactor: Redactor


@dataclass(slots=True)
class _UnderWay:
    """A run that goes on: `started` is set once it is really run, `task` ends with it."""

    run: ProgramRun
    task: asyncio.Task[None] | None = None
    started: asyncio.Event = field(default_factory=asyncio.Event)
    refused: MadangError | None = None


class Programs:
    """The programs of this installation that were run by hand. Works between `start()` and `stop()`."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._under_way: dict[str, _UnderWay] = {}

    async def start(self) -> None:
        """Give those an honest state whose process ended, here and wherever one dies later."""
        self._ground.lease.now_and_then(self._recover)
        await self._recover()

    async def stop(self) -> None:
        """End all that are running."""
        await asyncio.gather(*(self._end(each) for each in list(self._under_way.values())))

    async def run(self, request: RunProgram, by: Principal) -> ProgramRun:
        """Start one and return it while it runs. Raises what the executor refuses it with; then nothing was run."""
        run_id = new_id()
        run = ProgramRun(
            run_id, request.folder, request.argv, request.cwd, "running", self._ground.clock.now(),
            process=self._ground.lease.id,
        )  # fmt: skip
        mine = self._under_way[run_id] = _UnderWay(run)
        mine.task = asyncio.create_task(self._carry(mine, request, by), name=stream_of(run_id))
        started = asyncio.create_task(mine.started.wait())
        try:
            await asyncio.wait([mine.task, started], return_when=asyncio.FIRST_COMPLETED)
        finally:
            started.cancel()
        if mine.refused is not None:
            raise mine.refused
        return await self.find(run_id)

    async def find(self, run_id: str) -> ProgramRun:
        """Return one. Raises `NoSuchRun`."""
        if found := await self._ground.database.run_read(lambda tx: store.find(tx, run_id)):
            return found
        raise NoSuchRun("no run of a program has this id")

    async def newest(self) -> list[ProgramRun]:
        """Return the newest, newest first."""
        return await self._ground.database.run_read(lambda tx: store.newest(tx, LISTED))

    async def end(self, run_id: str) -> ProgramRun:
        """Stop one with all it started, and return it as it is then; one that has ended stays as it is."""
        if mine := self._under_way.get(run_id):
            await self._end(mine)
        return await self.find(run_id)

    async def _end(self, mine: _UnderWay) -> None:
        if mine.task is not None:
            mine.task.cancel()
            await asyncio.gather(mine.task, return_exceptions=True)

    async def _carry(self, mine: _UnderWay, request: RunProgram, by: Principal) -> None:
        """Run it to its end, whatever that is, and store it."""
        stream = stream_of(mine.run.id)
        printing = Printing(self._ground.redactor, partial(self._append, stream, PRINTED))
        watching = _Watching(mine, printing)
        try:
            await self._ground.database.run_write(partial(store.add, run=mine.run))
            asking = Asking(Actor(by.kind, by.id))
            outcome = await self._ground.carrier.carry_out(request, asking, watching.watch)
            ended = self._ended(mine.run, outcome, watching)
        except asyncio.CancelledError:
            ended = replace(mine.run, state="cancelled", facts=watching.facts())
        except MadangError as error:
            if not mine.started.is_set():
                mine.refused = error
                self._under_way.pop(mine.run.id)
                return await self._ground.database.run_write(partial(store.remove, run_id=mine.run.id))
            ended = replace(mine.run, state="failed", error={"code": error.code, "details": error.details})
        await asyncio.shield(self._finish(ended, printing))
        self._under_way.pop(mine.run.id)
        return None

    def _ended(self, run: ProgramRun, outcome: Outcome, watching: "_Watching") -> ProgramRun:
        facts = watching.facts() | dict(outcome.facts)
        return replace(run, state=cast(ProgramState, facts.pop("how", "ended")), facts=facts)

    async def _finish(self, run: ProgramRun, printing: Printing) -> None:
        await printing.finish()
        ended = replace(
            run,
            ended_at=self._ground.clock.now(),
            facts=self._ground.redactor.clean_all(dict(run.facts or {})),
            error=self._ground.redactor.clean_all(dict(run.error)) if run.error else None,
        )
        await self._ground.database.run_write(partial(self._store_end, run=ended))

    async def _store_end(self, tx: Transaction, run: ProgramRun) -> None:
        await store.finish(tx, run)
        await self._ground.journal.append_in(tx, stream_of(run.id), FINISHED, {"state": run.state})

    async def _append(self, stream: str, kind: str, data: dict[str, Any]) -> None:
        await self._ground.journal.append(stream, kind, data)

    async def _recover(self) -> None:
        orphans = await self._ground.database.run_write(self._interrupt)
        if orphans:
            logger.info("programs: {} were running when their process ended", orphans)

    async def _interrupt(self, tx: Transaction) -> int:
        lost = [run for run in await store.left_alone(tx) if run.id not in self._under_way]
        for run in sorted(lost, key=lambda each: each.id, reverse=True):
            await self._store_end(tx, replace(run, state="interrupted", ended_at=self._ground.clock.now()))
        return len(lost)


@dataclass(slots=True)
class _Watching:
    """Sees what a run does: that it began, and what it prints, which is kept for one that is stopped."""

    mine: _UnderWay
    printing: Printing
    tier: int | None = None
    _printed: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {"stdout": [], "stderr": []})

    def watch(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "started":
            self.tier = data["tier"]
            self.mine.started.set()
        elif kind == "output":
            self._printed[data["stream"]].append(data)
            self.printing.feed(data)

    def facts(self) -> dict[str, Any]:
        """Return what was printed so far, in the form of a run that ended."""
        return {"tier": self.tier, **{name: _joined(pieces) for name, pieces in self._printed.items()}}


def _joined(pieces: list[dict[str, Any]]) -> Mapping[str, Any]:
    head = "".join(each["text"] for each in pieces if "skipped_bytes" not in each)
    last = next((each for each in pieces if "skipped_bytes" in each), None)
    return {"head": head, "skipped_bytes": last["skipped_bytes"] if last else 0, "tail": last["text"] if last else ""}


def shown(run: ProgramRun) -> dict[str, Any]:
    """Return a run as the api gives it."""
    return {name: value for name, value in asdict(run).items() if name != "process"} | {"stream": stream_of(run.id)}
