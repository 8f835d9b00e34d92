"""What has to hold: everything acknowledged is there once, its state is honest, its text is what was said."""

import json
import time
from typing import Any, NamedTuple

from soak.errors import hold
from soak.promises import Promises
from soak.rows import Rows, all_of, live_rows, rows_of
from soak.server import House
from soak.truth import key_of, truth

LEASE_SECONDS = 60
_TURNS = (
    "SELECT id, client_id, conversation_id, parent_id, content, answer, status, held, finish_reason, error FROM turns"
)
_GAPS = (
    "SELECT s.name, s.last_number, s.kept_after, count(e.number), max(e.number) FROM streams s"
    " LEFT JOIN events e ON e.stream = s.name AND e.number > s.kept_after"
    " GROUP BY s.name, s.last_number, s.kept_after"
    " HAVING count(e.number) <> s.last_number - s.kept_after OR max(e.number) > s.last_number"
)
_NO_STREAM = "SELECT stream FROM events WHERE stream NOT IN (SELECT name FROM streams)"


class Row(NamedTuple):
    """A turn as it is stored."""

    id: str
    client_id: str | None
    conversation_id: str
    parent_id: str | None
    content: str
    answer: str
    status: str
    held: bool
    finish_reason: str | None
    error: str | None


def check_rest(house: House, promises: Promises) -> None:
    """Look at what a process left behind, before another touches it."""
    with rows_of(house) as rows:
        if house.kind == "sqlite":
            _check_file(rows)
        _check_journal(rows)
        _check_kept(_turns(rows), promises)


def check_recovered(house: House, promises: Promises) -> None:
    """Look at a house that has started and answers nobody yet: nothing may say that it is being answered.

    On PostgreSQL a process whose note was lost as well is taken for dead only when its lease has run out.
    """
    patience = time.monotonic() + (LEASE_SECONDS if house.kind == "postgresql" else 0)
    while True:
        with live_rows(house) as rows:
            _check_journal(rows)
            found = _turns(rows)
        _check_kept(found, promises)
        untrue = [row for row in found.values() if row.status == "streaming" or waits_for_nobody(row, found)]
        if not untrue:
            return
        hold(time.monotonic() < patience, "a turn waits for nobody", *untrue)
        house.counts["waits for a lease"] += 1
        time.sleep(1)


def waits_for_nobody(row: Row, found: dict[str, Row]) -> bool:
    """Say whether a turn waits neither for a person nor for the end of another one."""
    if row.status != "queued" or row.held:
        return False
    return not any(one.status == "streaming" and one.conversation_id == row.conversation_id for one in found.values())


def check_turns(house: House, promises: Promises) -> dict[str, Row]:
    """Look at a house at work, and return its turns."""
    with live_rows(house) as rows:
        found = _turns(rows)
    _check_kept(found, promises)
    return found


def check_events(house: House, promises: Promises) -> None:
    """What followers were told is what is stored."""
    with rows_of(house) as rows:
        _check_journal(rows)
        stored = {(stream, number): (kind, data) for stream, number, kind, data in
                  all_of(rows, "SELECT stream, number, kind, data FROM events")}  # fmt: skip
    for place, seen in promises.events.items():
        hold(place in stored, "an event was told that is not there", place, seen)
        kind, data = stored[place]
        hold(canonical(kind, json.loads(data)) == seen, "an event was told otherwise than it is stored", place)


def canonical(kind: str, data: Any) -> str:
    """Return an event in the one form in which two are compared."""
    return f"{kind} {json.dumps(data, sort_keys=True)}"


def _turns(rows: Rows) -> dict[str, Row]:
    found = [Row(*row) for row in all_of(rows, _TURNS)]
    ids = [row.client_id for row in found if row.client_id]
    hold(len(ids) == len(set(ids)), "a client id stands twice")
    return {row.id: row for row in found}


def _check_kept(found: dict[str, Row], promises: Promises) -> None:
    for turn_id, key in promises.turns.items():
        if turn_id in promises.taken_back:
            continue
        hold(turn_id in found, "an acknowledged turn is lost", turn_id, key)
        hold(key_of(found[turn_id].content) == key, "a turn has another question", found[turn_id], key)
        seen = promises.shown.get(turn_id, "")
        is_open = found[turn_id].status in {"streaming", "queued"}
        hold(is_open or found[turn_id].answer.startswith(seen), "words that were shown are lost", found[turn_id], seen)
    for row in found.values():
        _check_honest(row)


def _check_honest(row: Row) -> None:
    whole = truth(key_of(row.content))
    hold(whole.startswith(row.answer), "a text nobody said", row, whole)
    is_whole = row.answer == whole or row.finish_reason == "length"
    hold(row.status != "done" or is_whole, "a part is shown as the whole", row, whole)
    code = json.loads(row.error)["code"] if row.error else None
    hold(code not in {"internal", "db.failed"}, "an internal error", row)
    hold((row.status in {"error", "incomplete"}) == (code is not None), "a state without its reason", row)
    hold(row.status != "incomplete" or bool(row.answer), "incomplete without a word", row)


def _check_journal(rows: Rows) -> None:
    gaps = all_of(rows, _GAPS)
    hold(not gaps, "numbers are missing in the journal", *gaps)
    hold(not all_of(rows, _NO_STREAM), "events of no stream")


def _check_file(rows: Rows) -> None:
    found = all_of(rows, "PRAGMA integrity_check")
    hold(list(found) == [("ok",)], "the file is damaged", *found)
    hold(not all_of(rows, "PRAGMA foreign_key_check"), "rows that belong to nothing")
