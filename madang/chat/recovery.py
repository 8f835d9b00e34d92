"""What a process that ended left unfinished gets an honest state: at the start, and when another one dies."""

from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from loguru import logger

from madang.chat.asking import caller_of
from madang.chat.ending import hold, store_end
from madang.chat.events import STARTED, stream_of
from madang.chat.ground import Ground
from madang.chat.outcome import Outcome, with_outcome
from madang.chat.replay import with_events
from madang.chat.store import conversations, turns
from madang.chat.types import Turn
from madang.db.errors import DamagedRow
from madang.db.transaction import Transaction
from madang.gateway.types import Caller
from madang.live.types import Event


@dataclass(frozen=True, slots=True)
class _Lost:
    """A call that was under way; `began` is a moment before it."""

    model: str
    caller: Caller
    began: datetime


async def recover(ground: Ground) -> None:
    """Mark turns whose process has ended as interrupted, with their text from the journal, and hold those that wait.

    Turns that another living process answers are left alone.
    """
    async with ground.database.read() as tx:
        orphans = await turns.orphans(tx)
        stranded = await turns.stranded(tx)
    for turn_id in orphans:
        await _unless_damaged(_take_over(ground, turn_id))
    for turn_id in stranded:
        await _unless_damaged(_hold(ground, turn_id))
    if orphans:
        logger.info("{} answers were interrupted when their process ended", len(orphans))


async def _unless_damaged(step: Coroutine[Any, Any, None]) -> None:
    """Take a step for one turn; a row that somebody else wrote keeps its conversation shut, and nothing else."""
    try:
        await step
    except DamagedRow as error:
        logger.warning("a turn is left as it is: {}", error.message)


async def _take_over(ground: Ground, turn_id: str) -> None:
    async with ground.database.write() as tx:
        found = await turns.find(tx, turn_id)
        # Others may have found it as well; the first to hold the conversation does it.
        if found is None or not await conversations.find_and_hold(tx, found.conversation_id):
            return
        turn = await turns.find(tx, turn_id)
        if turn is None or not await turns.is_orphan(tx, turn_id):
            return
        lost = await _interrupt(tx, ground, turn)
    for call in lost:
        await ground.gateway.lost(call.model, call.caller, call.began)


async def _hold(ground: Ground, turn_id: str) -> None:
    async with ground.database.write() as tx:
        turn = await turns.find(tx, turn_id)
        if turn is None or not await conversations.find_and_hold(tx, turn.conversation_id):
            return
        if turn_id in await turns.stranded(tx):
            await hold(tx, ground, turn)


async def _interrupt(tx: Transaction, ground: Ground, turn: Turn) -> list[_Lost]:
    """Store the turn as interrupted, and return the call that answered it, where one was made."""
    events = await ground.journal.stored(tx, stream_of(turn.conversation_id), turn.live_from - 1)
    told = with_events(turn, events)
    ended = replace(with_outcome(told, Outcome("interrupted")), finished_at=ground.clock.now())
    await store_end(tx, ground, ended, rest=None, gauge=None, may_go_on=False)
    if told.model is None or not _was_asked(turn, events):
        return []
    return [_Lost(told.model, caller_of(turn, "chat"), events[0].at)]


def _was_asked(turn: Turn, events: Sequence[Event]) -> bool:
    """Say whether a provider may have been asked that neither a reservation nor somebody else's call tells of."""
    starts = [event.data for event in events if event.kind == STARTED and event.data.get("turn_id") == turn.id]
    return (
        bool(starts)
        and starts[-1].get("cache") not in {"hit", "similar", "shared"}
        and not starts[-1].get("is_reserved")
    )
