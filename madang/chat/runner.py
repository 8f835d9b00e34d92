"""Answers turns: each is a task of the server, whoever looks on or goes away."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from typing import Literal

from loguru import logger

from madang.chat.answer import AnswerWriter
from madang.chat.asking import Asker
from madang.chat.ending import store_end
from madang.chat.events import STARTED, WAITING
from madang.chat.ground import Ground
from madang.chat.outcome import Outcome, of_error, of_finish, of_stop, with_outcome
from madang.chat.types import Gauge, Turn
from madang.db.errors import LeaseLost
from madang.db.transaction import Transaction
from madang.errors import MadangError, Unavailable
from madang.gateway.errors import Incomplete
from madang.gateway.types import Chunk, Finished, ReasoningDelta, Receipt, Started, TextDelta

_FIRST_RETRY_SECONDS, _LAST_RETRY_SECONDS = 0.5, 15.0


@dataclass(slots=True, eq=False)
class Run:
    """One turn under way. `pump` reads from the gateway; `stop_as` says why it was ended from here.

    `is_lost` says that another process has ended it.
    """

    turn: Turn
    writer: AnswerWriter
    pump: asyncio.Task[Finished]
    task: asyncio.Task[None] | None = None
    stop_as: Literal["cancelled", "interrupted"] | None = None
    is_lost: bool = False
    model: str | None = None
    gauge: Gauge | None = None
    receipt: Receipt | None = None

    def bill(self, receipt: Receipt) -> None:
        """Take note of what the call took; where it is stopped from here nothing else says so."""
        self.receipt = receipt


class Runner:
    """The turns that are being answered in this process. `when_done` hears of each that is done."""

    def __init__(self, ground: Ground, when_done: Callable[[Turn], None]) -> None:
        self._ground = ground
        self._asker = Asker(ground)
        self._when_done = when_done
        self._runs: dict[str, Run] = {}
        self._is_stopping = asyncio.Event()

    def is_running(self, turn_id: str) -> bool:
        """Say whether the turn is being answered in this process."""
        return turn_id in self._runs

    async def begin_after(self, tx: Transaction, turn: Turn) -> None:
        """Answer a turn that `tx` stores as streaming, as soon as that is committed.

        Raises `Unavailable` once the house is being left, and `LeaseLost`.
        """
        if self._is_stopping.is_set():
            raise Unavailable("Madang is closing")
        await self._ground.lease.hold(tx, turn.process)
        # Whoever asked may have gone by then, and the turn is answered all the same.
        tx.after_commit(lambda: self._begin(turn))

    def _begin(self, turn: Turn) -> None:
        writer = AnswerWriter(self._ground.journal, turn)
        run = Run(turn, writer, asyncio.create_task(self._pump(turn.id), name=f"answer of {turn.id}"))
        self._runs[turn.id] = run
        run.task = asyncio.create_task(self._carry(run), name=f"turn {turn.id}")
        if self._is_stopping.is_set():
            # Its commit was under way when the house began to be left, and it needs an end like all others.
            run.pump.cancel()

    async def stop_turn(self, turn_id: str) -> None:
        """End a turn as the person wishes, and return when its end is stored. One that does not run is left alone."""
        if run := self._runs.get(turn_id):
            await self._end([run], "cancelled")

    def drop(self) -> None:
        """Give up all turns: another process has taken this one for dead, and has ended them."""
        for run in self._runs.values():
            run.is_lost = True
            run.pump.cancel()

    async def stop(self) -> None:
        """End all turns with the text they have, and return when all is stored."""
        self._is_stopping.set()
        while runs := list(self._runs.values()):
            await self._end(runs, "interrupted")

    async def _end(self, runs: list[Run], stop_as: Literal["cancelled", "interrupted"]) -> None:
        for run in runs:
            run.stop_as = run.stop_as or stop_as
            run.pump.cancel()
        if tasks := [run.task for run in runs if run.task]:
            await asyncio.wait(tasks)

    async def _pump(self, turn_id: str) -> Finished:
        """Read the answer to its end. Raises `GatewayError`."""
        run = self._runs[turn_id]
        asking = await self._asker.prepare(run.turn)
        run.gauge = asking.gauge
        run.writer.start()
        caller = replace(asking.caller, billed=run.bill)
        finished: Finished | None = None
        async with aclosing(self._ground.gateway.stream(asking.request, caller)) as chunks:
            async for chunk in chunks:
                finished = _take(run, chunk) or finished
                await run.writer.keep_up()
        if finished is None:
            raise Incomplete("the answer ended without saying why")
        return finished

    async def _carry(self, run: Run) -> None:
        """Bring one turn to its stored end, whatever happens on the way."""
        try:
            await self._finish(run)
        except Exception as error:  # noqa: BLE001 - whoever waits for the turn must hear of it
            logger.opt(exception=error).error("turn {}: its end could not be stored (internal)", run.turn.id)
            self._ground.waiters.fail(run.turn.id, _internal())
        finally:
            del self._runs[run.turn.id]

    async def _finish(self, run: Run) -> None:
        await asyncio.wait([run.pump])
        await run.writer.close()
        if run.is_lost:
            self._ground.waiters.fail(run.turn.id, LeaseLost("another process has ended this turn"))
            return
        outcome = self._outcome(run)
        ended = with_outcome(
            replace(
                run.turn,
                answer=run.writer.text,
                reasoning=run.writer.reasoning,
                model=run.model or run.turn.model,
                finished_at=self._ground.clock.now(),
            ),
            outcome,
        )
        await self._store(run, ended)
        if ended.status == "done":
            self._when_done(ended)

    def _outcome(self, run: Run) -> Outcome:
        if run.pump.cancelled():
            return of_stop(run.stop_as or "interrupted", run.receipt)
        error = run.pump.exception()
        if error is None:
            return of_finish(run.pump.result())
        if not isinstance(error, MadangError):
            logger.opt(exception=error).error("turn {}: internal", run.turn.id)
            error = _internal()
        # The page shows the turn's id with the error; here stands what it means.
        logger.info("turn {}: {} {}", run.turn.id, error.code, error.message)
        return of_error(error, bool(run.writer.text), self._ground.redactor)

    async def _store(self, run: Run, ended: Turn) -> None:
        """Store the end, again and again while the disk is full or the database away."""
        pause = _FIRST_RETRY_SECONDS
        while True:
            try:
                await self._try_to_store(run, ended)
                return
            except LeaseLost as error:
                logger.warning("turn {}: {}", ended.id, error.message)
                self._ground.waiters.fail(ended.id, error)
                return
            except MadangError as error:
                logger.error("turn {}: its end is not stored yet: {}", ended.id, error.message)
                self._ground.waiters.fail(ended.id, error)
            if self._is_stopping.is_set():
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_stopping.wait(), pause)
            pause = min(pause * 2, _LAST_RETRY_SECONDS)

    async def _try_to_store(self, run: Run, ended: Turn) -> None:
        may_go_on = not self._is_stopping.is_set()
        rest, gauge = run.writer.rest(), _full_gauge(run, ended)

        async def end(tx: Transaction) -> None:
            following = await store_end(tx, self._ground, ended, rest=rest, gauge=gauge, may_go_on=may_go_on)
            if following:
                await self.begin_after(tx, following)

        await self._ground.database.run_write(end)


def _internal() -> MadangError:
    return MadangError("something went wrong inside; the log has it under the turn's id")


def _take(run: Run, chunk: Chunk) -> Finished | None:
    """Hand a chunk on to the writer; the last one is returned."""
    if isinstance(chunk, Finished):
        return chunk
    if isinstance(chunk, TextDelta):
        run.writer.add_text(chunk.text)
    elif isinstance(chunk, ReasoningDelta):
        run.writer.add_reasoning(chunk.text)
    elif isinstance(chunk, Started):
        run.model = chunk.model
        about = {"provider": chunk.provider, "cache": chunk.cache, "is_builtin": chunk.is_builtin}
        about |= {"is_reserved": True} if chunk.is_reserved else {}
        run.writer.note(STARTED, {"model": chunk.model, **about})
    else:
        detail = {"progress": chunk.detail} if chunk.reason == "builtin" else chunk.detail
        run.writer.note(WAITING, {"reason": chunk.reason, **detail})
    return None


def _full_gauge(run: Run, ended: Turn) -> Gauge | None:
    """How full the context is after the answer: as counted by the provider, else as estimated."""
    receipt = ended.receipt or {}
    prompt, completion = receipt.get("prompt_tokens"), receipt.get("completion_tokens")
    if run.gauge is None or run.turn.answer or prompt is None or completion is None:
        return run.gauge
    return replace(run.gauge, used_tokens=prompt + completion)
