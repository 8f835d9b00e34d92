"""What one chat turn asks of the database. Counts hold on every machine, times do not."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event

from madang.app.ground import Ground
from madang.app.rooms import Rooms, open_rooms
from madang.chat.types import Ask
from madang.clock import Clock
from madang.config import Settings
from madang.gateway.fake_upstream import FakeUpstream
from madang.guard.hosts import doors
from madang.guard.once import SignInCodes
from madang.ids import new_id
from madang.redact import Redactor


@dataclass
class Book:
    """The transactions of a while, by what their commits waited for, each as its statements."""

    synced: list[list[str]] = field(default_factory=list)
    unsynced: list[list[str]] = field(default_factory=list)
    read: list[list[str]] = field(default_factory=list)

    def executed(self, connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            connection.info.setdefault("statements", []).append(statement)

    def committed(self, connection: Connection) -> None:
        is_synced = connection.info["synchronous"] == "FULL"
        (self.synced if is_synced else self.unsynced).append(connection.info.pop("statements", []))

    def left(self, connection: Connection) -> None:
        self.read.append(connection.info.pop("statements", []))


@contextmanager
def booked() -> Iterator[Book]:
    book = Book()
    listeners = (("before_cursor_execute", book.executed), ("commit", book.committed), ("rollback", book.left))
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        yield book
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)


@pytest.fixture
async def rooms(tmp_path: Path) -> AsyncIterator[Rooms]:
    async with FakeUpstream("안녕하세요, 무엇을 도와드릴까요?") as upstream, AsyncExitStack() as stack:
        settings = Settings(
            data_dir=tmp_path / "data", openai_base_url=upstream.base_url, openai_api_key="k", model="env/fake-model",
            builtin=False, discover=False,
        )  # fmt: skip
        (tmp_path / "data").mkdir(mode=0o700)
        clock = Clock()
        ground = Ground(
            settings, Redactor(), clock, SignInCodes(clock), doors(0), "", 0, "", lambda _state: None
        )  # fmt: skip
        yield await open_rooms(ground, stack)


async def turn(rooms: Rooms, conversation_id: str | None = None) -> str:
    ask = Ask("안녕?", "person:1", conversation_id=conversation_id, client_id=new_id(), cache="off")
    accepted = await rooms.chat.turns.accept(ask)
    assert (await rooms.chat.turns.wait(accepted.turn.id)).status == "done"
    await rooms.gateway.ledger.settled()
    return accepted.turn.conversation_id


@pytest.mark.parametrize(("is_first", "synced", "read"), [(True, [2, 6, 7], 3), (False, [2, 7, 8], 5)])
async def test_a_turn_takes_three_synced_commits_and_few_statements(
    rooms: Rooms, is_first: bool, synced: list[int], read: int
) -> None:
    conversation_id = await turn(rooms)
    with booked() as book:
        await turn(rooms, None if is_first else conversation_id)
    # Its question, its end, and its bill with the sums that caps go by; the words on the way wait for no disk.
    assert sorted(len(statements) for statements in book.synced) == synced
    assert sum(map(len, book.read)) <= read
    assert {len(statements) for statements in book.unsynced} <= {2, 3}
