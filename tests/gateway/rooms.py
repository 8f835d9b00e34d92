"""The whole room on a real database, beside a fake provider."""

from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from madang.clock import Clock
from madang.config import Settings
from madang.db.database import Database
from madang.db.lease import Lease
from madang.db.schema import calls, reservations
from madang.gateway.embedded.builtin import BuiltIn
from madang.gateway.errors import GatewayError
from madang.gateway.service import Around, GatewayRoom
from madang.gateway.types import Caller, ChatRequest, Finished, ProviderKind, Receipt, Started, TextDelta, Waiting
from madang.gateway.upstream import Limits
from madang.preferences.service import Preferences
from madang.redact import Redactor
from tests.embedded.make import Offer
from tests.gateway.asking import SHORT, question

CALLER = Caller("chat", "person")
# Nobody listens there, so that no server of this machine is found by a test.
NOBODY: dict[ProviderKind, int] = {"ollama": 9, "lmstudio": 9, "llamacpp": 9, "vllm": 9}


class SomeKeys(dict[str, str]):
    """Keys by name."""

    async def get(self, name: str) -> str | None:  # type: ignore[override]
        return super().get(name)

    async def forget(self, name: str) -> None:
        self.pop(name, None)


@dataclass
class Heard:
    """What one question gave."""

    text: str = ""
    started: list[Started] = field(default_factory=list)
    waits: list[Waiting] = field(default_factory=list)
    receipt: Receipt | None = None
    error: GatewayError | None = None

    @property
    def code(self) -> str | None:
        return self.error.code if self.error else None


@dataclass
class Place:
    """A room, and the questions tests ask of it."""

    room: GatewayRoom
    preferences: Preferences
    database: Database
    keys: SomeKeys
    said: list[tuple[str, dict[str, Any]]]

    async def ask(self, request: ChatRequest | None = None, *, caller: Caller = CALLER, **options: object) -> Heard:
        heard = Heard()
        try:
            chunks = self.room.gateway.stream(request or question(**options), caller)
            async with aclosing(chunks):
                async for chunk in chunks:
                    _take(heard, chunk)
        except GatewayError as error:
            heard.error, heard.receipt = error, error.receipt
        return heard

    async def rows(self) -> list[dict[str, Any]]:
        await self.room.ledger.settled()
        async with self.database.read() as tx:
            found = await tx.execute(select(calls).order_by(calls.c.id))
            return [dict(row) for row in found.mappings()]

    async def reserved(self) -> list[dict[str, Any]]:
        async with self.database.read() as tx:
            return [dict(row) for row in (await tx.execute(select(reservations))).mappings()]


def _take(heard: Heard, chunk: object) -> None:
    match chunk:
        case Started():
            heard.started.append(chunk)
        case TextDelta(text):
            heard.text += text
        case Waiting():
            heard.waits.append(chunk)
        case Finished(_, receipt):
            heard.receipt = receipt


@asynccontextmanager
async def open_room(
    folder: Path,
    database_url: str | None = None,
    *,
    clock: Clock | None = None,
    keys: Mapping[str, str] | None = None,
    ports: Mapping[ProviderKind, int] | None = None,
    limits: Limits = SHORT,
    offer: Offer | None = None,
    **settings: Any,
) -> AsyncIterator[Place]:
    """Open a room with its own database (or the one at `database_url`) and these settings.

    `offer` is a tiny model in place of the built-in one.
    """
    folder.mkdir(exist_ok=True)
    known = Settings(_env_file=None, **{"data_dir": folder, "builtin": False} | settings)
    clock, said = clock or Clock(), []

    def announce(kind: str, data: dict[str, Any]) -> None:
        said.append((kind, data))

    database = Database.open(database_url or folder / "madang.sqlite3")
    await database.start()
    lease = Lease(database, folder)
    await lease.start()
    preferences, some_keys = Preferences(database, known, clock, announce), SomeKeys(keys or {})
    await preferences.start()
    tiny = {"model": offer.model, "engine": offer.engine} if offer else {}
    builtin = BuiltIn(known, folder, clock, lambda state: None, **tiny)
    await builtin.start()
    redactor = Redactor()
    below = (known, folder, clock, redactor, database, lease)
    room = GatewayRoom.build(Around(*below, preferences, some_keys, announce, builtin, ports or NOBODY, limits))
    await room.start()
    try:
        yield Place(room, preferences, database, some_keys, said)
    finally:
        await room.stop()
        await builtin.stop()
        await lease.stop()
        await database.stop()
