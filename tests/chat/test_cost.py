"""What one turn costs the database: counted, not timed."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from tests.chat.conftest import House
from tests.chat.scripted import Gate, saying
from tests.chat.test_turns import until_journal_has

# The statements are counted on SQLite; PostgreSQL adds those of leases and news.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """Count statements by their first word, and commits, of every connection."""
    counts: Counter[str] = Counter()

    def statement(_connection: Connection, _cursor: Any, text: str, *_rest: Any) -> None:
        counts[text.split(None, 1)[0].upper()] += 1

    def commit(_connection: Connection) -> None:
        counts["COMMIT"] += 1

    event.listen(Engine, "before_cursor_execute", statement)
    event.listen(Engine, "commit", commit)
    try:
        yield counts
    finally:
        event.remove(Engine, "before_cursor_execute", statement)
        event.remove(Engine, "commit", commit)


async def test_a_turn_is_one_commit_to_accept_one_for_its_first_words_and_one_to_end(house: House):
    first = await house.answered("one")
    gate = Gate()
    house.door.say([*saying("a")[:2], gate, *saying("b")[1:]])
    with counted() as counts:
        turn = (await house.ask("two", conversation_id=first.conversation_id, client_id="c", body_hash="h")).turn
        accepting = counts.copy()
        await gate.reached.wait()
        await until_journal_has(house, turn.conversation_id, "turn.delta")
        gate.opened.set()
        await house.chat.turns.wait(turn.id)
    assert accepting["COMMIT"] == 1
    assert accepting["INSERT"] + accepting["UPDATE"] <= 6
    assert accepting["SELECT"] <= 5
    assert counts["COMMIT"] <= 4
    assert counts["INSERT"] + counts["UPDATE"] <= 20
    assert counts["DELETE"] == 0


async def test_a_turn_costs_the_same_in_a_long_conversation(house: House):
    turn = await house.answered("1")
    for number in range(2, 12):
        turn = await house.answered(str(number), conversation_id=turn.conversation_id)
    with counted() as counts:
        await house.answered("last", conversation_id=turn.conversation_id)
    with counted() as fresh:
        await house.answered("first")
    assert counts["SELECT"] - fresh["SELECT"] <= 4
