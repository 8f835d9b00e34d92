"""What is told about conversations: the names of the streams, and events as part of a transaction."""

from collections.abc import Iterable

from madang.chat.types import Conversation, Json, Turn
from madang.db.transaction import Transaction
from madang.live.journal import Journal, News
from madang.live.types import Event

APP = "app"
DELTA, STARTED, WAITING = "turn.delta", "turn.started", "turn.waiting"


def stream_of(conversation_id: str) -> str:
    """Return the name of a conversation's stream."""
    return f"conversation:{conversation_id}"


def is_about(event: Event, turn_id: str) -> bool:
    """Say whether `event` tells of this turn."""
    return turn_id in (event.data.get("turn_id"), event.data.get("turn", {}).get("id"))


def ends(event: Event, turn_id: str) -> bool:
    """Say whether nothing more is told of this turn by itself: it ended, waits for a person, or was taken back."""
    is_held = event.kind == "turn.changed" and event.data["turn"]["held"]
    return is_about(event, turn_id) and (is_held or event.kind in ("turn.finished", "turn.removed"))


def about_turn(kind: str, turn: Turn) -> News:
    """Return what those who look at the conversation hear of a turn."""
    return stream_of(turn.conversation_id), kind, {"turn": turn.as_json()}


def about_conversation(conversation: Conversation) -> News:
    """Return what those who look at the conversation hear of it."""
    return stream_of(conversation.id), "conversation.changed", {"conversation": conversation.as_json()}


def for_everybody(kind: str, conversation: Conversation) -> News:
    """Return what every open page hears of a conversation."""
    return APP, kind, {"conversation": conversation.as_json()}


class Teller:
    """Writes events into the journal, within the transaction that makes them true.

    A transaction tells of its conversation first and then everybody, because streams are taken in descending order.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    async def tell(self, tx: Transaction, conversation_id: str, kind: str, data: Json) -> int:
        """Tell those who look at the conversation; return the event's number."""
        return (await self._journal.append_in(tx, stream_of(conversation_id), kind, data)).number

    async def tell_turn(self, tx: Transaction, kind: str, turn: Turn) -> int:
        """Tell what a turn has become."""
        return (await self.tell_all(tx, [about_turn(kind, turn)]))[0]

    async def tell_everybody(self, tx: Transaction, kind: str, conversation: Conversation) -> None:
        """Tell every open page what a conversation has become."""
        await self.tell_all(tx, [for_everybody(kind, conversation)])

    async def tell_all(self, tx: Transaction, news: Iterable[News]) -> list[int]:
        """Tell several things in one go, and return their numbers in the order given."""
        return [event.number for event in await self._journal.append_all_in(tx, news)]
