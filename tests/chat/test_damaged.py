"""A row that somebody else wrote runs nothing, keeps its own conversation shut, and leaves all others as they were."""

import asyncio
import os
import pickle
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from madang.chat.types import Turn
from madang.db.errors import DamagedRow
from tests.chat.conftest import House
from tests.chat.scripted import Gate, saying

TURNS = {
    "no JSON": "attachments = 'not json'",
    "an object for a list": """attachments = '{"a": 1}'""",
    "numbers for files": "attachments = '[7]'",
    "a list for options": "options = '[1]'",
    "a word for a number": """options = '{"temperature": "hot"}'""",
    "a text for an error": """error = '"text"'""",
    "an error of other fields": """error = '{"x": 1}'""",
    "a list for a receipt": "receipt = '[]'",
    "a receipt of other types": """receipt = '{"model": 7}'""",
    "a likeness of other types": """receipt = json_set(receipt, '$.similar', json('{"question": 7}'))""",
    "a pickle for JSON": "receipt = :pickle",
    "a pickle for words": "answer = CAST(:pickle AS BLOB)",
    "bytes for words": "answer = CAST(x'fffe' AS TEXT)",
    "a state that is none": "status = 'pwned'",
    "a word for a moment": "created_at = 'soon'",
    "a moment beyond time": "created_at = 9000000000000000000",
    "a word for a place": "live_from = 'x'",
    "its own parent": "parent_id = id",
}
CONVERSATIONS = {
    "no JSON": "options = 'not json'",
    "a gauge of other fields": """context = '{"a": 1}'""",
    "a title of bytes": "title = x'80049500'",
    "a title of no text": "title = CAST(x'fffe' AS TEXT)",
    "a source that is none": "title_source = 'pwned'",
    "a pickle": "options = :pickle",
    "a word for a moment": "created_at = 'x'",
}
EVENTS = {
    "no JSON": "data = 'not json'",
    "a list": "data = '[]'",
    "a number for words": """data = '{"turn_id": "' || :turn || '", "text": 7}'""",
    "no words": """data = '{"turn_id": "' || :turn || '"}'""",
    "a pickle": "data = :pickle",
}


class Sentinel:
    """Unpickled, it makes a folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self._path),)


async def forge(house: House, statement: str, **values: Any) -> None:
    async with house.database.write() as tx:
        await tx.execute(text(statement), {name: one for name, one in values.items() if f":{name}" in statement})


async def two(house: House) -> tuple[Turn, Turn]:
    return await house.answered("forged"), await house.answered("fine")


async def check(house: House, forged: Turn, fine: Turn) -> None:
    """The one is shut and says so, the other is as it was, and both survive a new start."""
    for _ in range(2):
        with pytest.raises(DamagedRow):
            await house.chat.conversations.look(forged.conversation_id)
        assert (await house.chat.conversations.look(fine.conversation_id)).turns == [fine]
        listed = await house.chat.conversations.page("", False, None, 10)
        assert {one.id for one in listed} == {forged.conversation_id, fine.conversation_id}
        await house.crash()


# On PostgreSQL JSON is text as well; types it keeps by itself.
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@ON_SQLITE
@pytest.mark.parametrize("forgery", TURNS)
async def test_CACHE_03_a_forged_turn_shuts_its_conversation_only(house: House, tmp_path: Path, forgery: str):
    forged, fine = await two(house)
    payload = pickle.dumps(Sentinel(tmp_path / "sentinel"), protocol=0).decode()
    await forge(house, f"UPDATE turns SET {TURNS[forgery]} WHERE id = :id", id=forged.id, pickle=payload)
    await check(house, forged, fine)
    # It can still be put away.
    assert (await house.chat.conversations.delete(forged.conversation_id)).deleted_at
    assert [one.id for one in await house.chat.conversations.page("", False, None, 10)] == [fine.conversation_id]
    assert not (tmp_path / "sentinel").exists()


@pytest.mark.parametrize("forgery", ["no JSON", "a text for an error", "its own parent"])
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_CACHE_03_the_same_on_postgresql(house: House, forgery: str):
    forged, fine = await two(house)
    await forge(house, f"UPDATE turns SET {TURNS[forgery]} WHERE id = :id", id=forged.id)
    await check(house, forged, fine)


@ON_SQLITE
@pytest.mark.parametrize("forgery", CONVERSATIONS)
async def test_CACHE_03_a_forged_conversation_is_listed_as_damaged(house: House, tmp_path: Path, forgery: str):
    forged, fine = await two(house)
    payload = pickle.dumps(Sentinel(tmp_path / "sentinel"), protocol=0).decode()
    statement = f"UPDATE conversations SET {CONVERSATIONS[forgery]} WHERE id = :id"
    await forge(house, statement, id=forged.conversation_id, pickle=payload)
    await check(house, forged, fine)
    listed = await house.chat.conversations.page("", False, None, 10)
    assert {one.id: one.is_damaged for one in listed} == {forged.conversation_id: True, fine.conversation_id: False}
    with pytest.raises(DamagedRow):
        await house.ask("more", conversation_id=forged.conversation_id)
    await house.chat.conversations.delete(forged.conversation_id)
    assert [one.id for one in await house.chat.conversations.page("", False, None, 10)] == [fine.conversation_id]
    assert not (tmp_path / "sentinel").exists()


@ON_SQLITE
@pytest.mark.parametrize("forgery", EVENTS)
async def test_CACHE_03_a_forged_event_holds_up_no_start_and_no_reader(house: House, tmp_path: Path, forgery: str):
    fine, gate = await house.answered("fine"), Gate()
    house.door.say([*saying("one ")[:-1], gate])
    forged = (await house.ask("forged")).turn
    await gate.reached.wait()
    stream = f"conversation:{forged.conversation_id}"
    while not (deltas := [one for one in await house.events(forged.conversation_id) if one.kind == "turn.delta"]):
        await asyncio.sleep(0.01)
    await forge(
        house,
        f"UPDATE events SET {EVENTS[forgery]} WHERE stream = :stream AND number = {deltas[0].number}",
        stream=stream,
        turn=forged.id,
        pickle=pickle.dumps(Sentinel(tmp_path / "sentinel"), protocol=0).decode(),
    )
    if forgery not in {"a number for words", "no words"}:
        async with aclosing(house.journal.follow(stream, 0)) as events:
            assert "resync" in [event.kind async for event in events]
    await check(house, forged, fine)
    assert not (tmp_path / "sentinel").exists()
