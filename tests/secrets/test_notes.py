"""What is remembered about a key, on SQLite and PostgreSQL."""

from datetime import timedelta

from madang.clock import FixedClock
from madang.db.database import Database
from madang.secrets.store import all_notes, drop_note, keep_note
from madang.secrets.types import Note


async def test_a_note_is_kept_replaced_and_dropped(database: Database) -> None:
    now = FixedClock().now()
    first, second = Note("provider:a", "file", "1234", now), Note("provider:b", "keyring", "", now)
    later = Note("provider:a", "keyring", "9876", now + timedelta(days=1))
    for note in (first, second, later):
        await keep_note(database, note)
    assert await all_notes(database) == [later, second]
    await drop_note(database, "provider:a")
    assert await all_notes(database) == [second]
