"""The end of a turn: its state, its receipt, its text and what follows it, in one durable commit."""

from dataclasses import replace
from datetime import datetime

from madang.chat.events import DELTA, about_conversation, about_turn, for_everybody, stream_of
from madang.chat.ground import Ground
from madang.chat.order import after
from madang.chat.store import conversations, turns
from madang.chat.types import Conversation, Gauge, Json, Turn
from madang.db.errors import LeaseLost
from madang.db.transaction import Transaction
from madang.live.journal import News


async def store_end(
    tx: Transaction, ground: Ground, ended: Turn, *, rest: Json | None, gauge: Gauge | None, may_go_on: bool
) -> Turn | None:
    """Store `ended` and return the turn that starts in its place, if one does.

    `rest` is the last delta where it is not in the journal yet. Without `may_go_on` nothing starts, and what waits
    is held. Raises `LeaseLost` where the turn is not this process's any more.
    """
    tx.after_commit(lambda: ground.waiters.tell(ended))
    conversation = await conversations.find_and_hold(tx, ended.conversation_id)
    if ended.process and not await turns.is_answered_by(tx, ended.id, ended.process):
        raise LeaseLost("another process has ended this turn", turn_id=ended.id)
    if conversation is None:
        return None
    await turns.save(tx, ended)
    changed = replace(
        conversation, context=gauge or conversation.context, updated_at=ended.finished_at or conversation.updated_at
    )
    await conversations.save(tx, changed)
    await ground.teller.tell_all(tx, _news(ended, rest, changed))
    return await _go_on(tx, ground, ended, may_go_on and conversation.deleted_at is None)


def _news(ended: Turn, rest: Json | None, conversation: Conversation) -> list[News]:
    delta = [(stream_of(ended.conversation_id), DELTA, rest)] if rest else []
    news = [*delta, about_turn("turn.finished", ended), about_conversation(conversation)]
    return news if conversation.deleted_at else [*news, for_everybody("conversation.changed", conversation)]


async def start_queued(tx: Transaction, ground: Ground, turn: Turn, at: datetime) -> Turn:
    """Store that a queued turn is being answered, and return it so."""
    started = replace(turn, status="streaming", held=False, started_at=at, process=ground.lease.id)
    started = replace(started, live_from=await ground.teller.tell_turn(tx, "turn.changed", started))
    await turns.save(tx, started)
    return started


async def hold(tx: Transaction, ground: Ground, turn: Turn) -> Turn:
    """Store that a queued turn waits for a person, and return it so."""
    held = replace(turn, held=True)
    await turns.save(tx, held)
    await ground.teller.tell_turn(tx, "turn.changed", held)
    tx.after_commit(lambda: ground.waiters.tell(held))
    return held


async def free(tx: Transaction, ground: Ground, turn: Turn) -> None:
    """Store that a queued turn waits for no person any more."""
    freed = replace(turn, held=False)
    await turns.save(tx, freed)
    await ground.teller.tell_turn(tx, "turn.changed", freed)


async def _go_on(tx: Transaction, ground: Ground, ended: Turn, may_go_on: bool) -> Turn | None:
    others = [turn for turn in await turns.unfinished(tx, ended.conversation_id) if turn.id != ended.id]
    following = after(ended if may_go_on else replace(ended, status="interrupted"), others)
    for turn in following.held:
        await hold(tx, ground, turn)
    if following.starts is None:
        return None
    return await start_queued(tx, ground, following.starts, ended.finished_at or ended.created_at)
