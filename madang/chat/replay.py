"""A turn that streams, as far as the journal tells it."""

from collections.abc import Iterable
from dataclasses import replace

from madang.chat.events import DELTA, STARTED, WAITING
from madang.chat.types import Turn
from madang.db.rows import reading, sound
from madang.live.types import Event


def with_events(turn: Turn, events: Iterable[Event]) -> Turn:
    """Return `turn` with what the events after its `live_from` add to it: words, the model, why it waits.

    Raises `DamagedRow` for events that are none of ours.
    """
    with reading("an event", conversation_id=turn.conversation_id):
        return sound(_with_events(turn, events))


def _with_events(turn: Turn, events: Iterable[Event]) -> Turn:
    texts, reasonings, model, waiting = [turn.answer], [turn.reasoning], turn.model, turn.waiting
    for event in events:
        if event.data.get("turn_id") != turn.id:
            continue
        if event.kind == DELTA:
            texts.append(event.data["text"])
            reasonings.append(event.data.get("reasoning", ""))
        if event.kind == STARTED:
            model = event.data["model"]
        waiting = (
            {name: value for name, value in event.data.items() if name != "turn_id"} if event.kind == WAITING else None
        )
    return replace(turn, answer="".join(texts), reasoning="".join(reasonings), model=model, waiting=waiting)
