"""Which turn is answered next: one at a time in a conversation, and by itself only after one that is done."""

from collections.abc import Sequence
from dataclasses import dataclass

from madang.chat.types import Turn, TurnStatus


@dataclass(frozen=True, slots=True)
class Next:
    """What follows the end of a turn: one that starts, or those that wait for a person from here on."""

    starts: Turn | None
    held: tuple[Turn, ...]


def first_status(parent_id: str | None, unfinished: Sequence[Turn]) -> TurnStatus:
    """Return the state a new turn begins in, given the turns of its conversation that stream or wait."""
    is_busy = any(turn.status == "streaming" for turn in unfinished)
    return "queued" if is_busy or any(turn.id == parent_id for turn in unfinished) else "streaming"


def waits_for_person(parent_id: str | None, unfinished: Sequence[Turn]) -> bool:
    """Say whether a new turn stands behind held ones, with nothing being answered whose end would let it begin."""
    is_busy = any(turn.status == "streaming" for turn in unfinished)
    return not is_busy and any(turn.id == parent_id for turn in unfinished)


def after(ended: Turn, unfinished: Sequence[Turn]) -> Next:
    """Return what follows `ended`, given the other turns of its conversation that stream or wait, oldest first."""
    waiting = tuple(turn for turn in unfinished if turn.status == "queued" and not turn.held)
    if any(turn.status == "streaming" for turn in unfinished):
        return Next(None, ())
    if ended.status != "done":
        return Next(None, waiting)
    queued = {turn.id for turn in unfinished}
    starts = next((turn for turn in waiting if turn.parent_id not in queued), None)
    # Where all that wait stand behind held ones, no end would ever let them begin.
    return Next(starts, () if starts else waiting)


def line_to(turn: Turn, unfinished: Sequence[Turn]) -> list[Turn]:
    """Return the queued turns that must be answered before `turn` can be, in that order, and `turn` itself."""
    queued = {one.id: one for one in unfinished if one.status == "queued"}
    line = [turn]
    while parent := queued.get(line[0].parent_id or ""):
        line.insert(0, parent)
    return line
