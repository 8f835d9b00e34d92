"""A chat on a real database, with a door that says what the test tells it to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from madang.chat.accepting import Accepted
from madang.chat.service import Chat
from madang.chat.types import Ask, Turn
from madang.clock import Clock
from madang.config import Settings
from madang.db.database import Database
from madang.db.lease import Lease
from madang.live.journal import Journal
from madang.live.types import Event
from madang.preferences.service import Preferences
from madang.redact import Redactor
from tests.chat.scripted import ScriptedDoor


@dataclass
class House:
    """The rooms a chat stands on, and the chat; `restart` begins anew on what is stored."""

    url: str
    settings: Settings
    door: ScriptedDoor = field(default_factory=ScriptedDoor)
    clock: Clock = field(default_factory=Clock)
    redactor: Redactor = field(default_factory=Redactor)
    renew_seconds: float = 3.0

    async def start(self) -> None:
        self.database = Database.open(self.url)
        await self.database.start()
        self.lease = Lease(self.database, self.settings.data_dir, renew_seconds=self.renew_seconds)
        await self.lease.start()
        self.journal = Journal(self.database, self.clock)
        await self.journal.start()
        self.preferences = Preferences(self.database, self.settings, self.clock, lambda _kind, _data: None)
        await self.preferences.start()
        await self.start_chat()

    async def start_chat(self) -> None:
        self.chat = Chat(
            database=self.database,
            lease=self.lease,
            journal=self.journal,
            gateway=self.door,
            preferences=self.preferences,
            clock=self.clock,
            redactor=self.redactor,
        )
        await self.chat.start()

    async def stop(self) -> None:
        await self.chat.stop()
        await self.journal.stop()
        await self.lease.stop()
        await self.database.stop()

    async def crash(self) -> None:
        """Begin anew on what is stored; what was under way could not store its end, as when the process is killed."""
        await self.database.stop()
        await self.chat.stop()
        await self.journal.stop()
        await self.lease.stop()
        await self.start()

    async def set_clock(self, clock: Clock) -> None:
        await self.stop()
        self.clock = clock
        await self.start()

    async def ask(self, content: str = "안녕", **values: Any) -> Accepted:
        return await self.chat.turns.accept(Ask(content, "person:test", **values))

    async def answered(self, content: str = "안녕", **values: Any) -> Turn:
        """Ask, and return the turn when it has ended."""
        return await self.chat.turns.wait((await self.ask(content, **values)).turn.id)

    async def events(self, conversation_id: str, stream: str | None = None) -> list[Event]:
        async with self.database.read() as tx:
            return await self.journal.stored(tx, stream or f"conversation:{conversation_id}", 0)

    async def kinds(self, conversation_id: str) -> list[str]:
        return [event.kind for event in await self.events(conversation_id)]


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """A chat on each kind of database in turn."""
    async with opened(database_url, tmp_path) as house:
        yield house


@asynccontextmanager
async def opened(url: str, folder: Path, **values: Any) -> AsyncIterator[House]:
    """Open a house in `folder` on the database at `url`."""
    (folder / "data").mkdir(parents=True)
    house = House(url, Settings(data_dir=folder / "data", _env_file=None), **values)
    await house.start()
    try:
        yield house
    finally:
        await house.stop()
