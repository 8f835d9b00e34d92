"""One turn as a stream of events: from its acceptance to its end, or until it waits for a person."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from madang.chat.accepting import Accepted
from madang.chat.events import ends, is_about, stream_of
from madang.chat.service import Chat
from madang.chat.types import Turn
from madang.live.types import RESYNC, Event


async def watch(chat: Chat, accepted: Accepted) -> AsyncGenerator[Event, None]:
    """Yield `turn.accepted`, then what happens to the turn in its stream's order, `turn.finished` last."""
    turn = accepted.turn
    yield _as_event("turn.accepted", turn, accepted.number)
    if turn.has_ended:
        yield _as_event("turn.finished", turn, accepted.number)
    if turn.has_ended or turn.held:
        return
    async with aclosing(chat.journal.follow(stream_of(turn.conversation_id), accepted.number)) as events:
        async for event in events:
            if event.kind == RESYNC:
                # This reader was too slow for the pieces; it gets the whole when it is there.
                yield _as_event("turn.finished", await chat.turns.wait(turn.id), event.number)
                return
            if is_about(event, turn.id):
                yield event
                if ends(event, turn.id):
                    return


def _as_event(kind: str, turn: Turn, number: int) -> Event:
    return Event(stream_of(turn.conversation_id), number, kind, {"turn": turn.as_json()}, turn.created_at)
