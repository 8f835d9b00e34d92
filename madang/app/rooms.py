"""The rooms in their order: each is built once on those below it and started before those above it."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

from madang.app.about import about
from madang.app.announcer import Announcer
from madang.app.ground import Ground
from madang.app.housekeeping import Housekeeping
from madang.app.walls import build_walls, ground_of_walls, is_kept
from madang.app.workshop import Workshop
from madang.chat.service import Chat
from madang.db.database import FILE_NAME, Database
from madang.db.installation import installation_name
from madang.db.lease import Lease
from madang.db.weekly import WeeklyCheck
from madang.files.service import Files
from madang.folders.service import Folders
from madang.gateway.embedded.builtin import BuiltIn
from madang.gateway.embedded.types import BuiltInState
from madang.gateway.service import Around, GatewayRoom
from madang.live.journal import Journal
from madang.permissions.service import Permissions
from madang.preferences.service import Preferences
from madang.principal import Announce
from madang.programs.service import Ground as ProgramGround
from madang.programs.service import Programs
from madang.secrets.given import secret_of
from madang.secrets.opening import open_secrets
from madang.secrets.service import Secrets
from madang.system.api import DataPlace
from madang.system.files.executor import FileExecutor
from madang.system.files.trash import Trash
from madang.system.undo.journal import Undo
from madang.usage.away import Visits
from madang.usage.service import UsageReports


class _Service(Protocol):
    async def start(self) -> None: ...
    async def stop(self) -> None: ...


S = TypeVar("S", bound=_Service)


@dataclass(frozen=True, slots=True)
class Rooms:
    """Every room that is open, and what the gates in front of them need to know."""

    database: Database
    journal: Journal
    announce: Announce
    install: str
    preferences: Preferences
    folders: Folders
    permissions: Permissions
    files: Files
    workshop: Workshop
    programs: Programs
    secrets: Secrets
    builtin: BuiltIn
    gateway: GatewayRoom
    usage: UsageReports
    visits: Visits
    chat: Chat
    weekly_check: WeeklyCheck

    def services(self, ground: Ground) -> list[Any]:
        """Return what the apis are given, each by its type."""
        room = self.gateway
        return [
            self.journal, self.preferences, self.folders, self.secrets, self.builtin, self.usage, self.visits,
            self.chat, self.permissions, self.files, self.workshop.sandbox, self.programs,
            DataPlace(ground.settings.data_dir),
            room.registry, room.directory, room.similar, room.telling, room.clearing, room.never, room.caps,
            room.alerts, room.price_desk, room.price_renewal, room.embedder,
            ground.clock, ground.redactor, about(ground.settings.data_dir, self.database.is_sqlite, self.weekly_check),
        ]  # fmt: skip


async def start(stack: AsyncExitStack, service: S) -> S:
    """Start a service; `stack` stops it in its turn."""
    await service.start()
    stack.push_async_callback(service.stop)
    return service


async def open_rooms(ground: Ground, stack: AsyncExitStack) -> Rooms:
    """Open all rooms. Raises a `MadangError` that says what is in the way."""
    settings, clock, redactor = ground.settings, ground.clock, ground.redactor
    database = await start(stack, Database.open(_place(ground)))
    lease = await start(stack, Lease(database, settings.data_dir))
    journal = await start(stack, Journal(database, clock))
    announcer = await start(stack, Announcer(journal))
    announce = announcer.announce
    install = await installation_name(database)
    preferences = await start(stack, Preferences(database, settings, clock, announce))
    folders = await start(stack, Folders(database, settings.data_dir, clock, announce))
    workshop = Workshop.build(folders, announce)
    keys = open_secrets(database, clock, announce, settings=settings, redactor=redactor, install=install)
    secrets = await start(stack, keys)
    builtin = await start(stack, BuiltIn(settings, settings.data_dir, clock, _teller(ground, announce)))
    around = Around(
        settings, settings.data_dir, clock, redactor, database, lease, preferences, secrets, announce, builtin
    )  # fmt: skip
    gateway = await start(stack, GatewayRoom.build(around))
    announcer.listen(gateway.heard)
    _hear_others(database, gateway.heard)
    usage = UsageReports(database, clock, gateway.registry, gateway.prices)
    visits = Visits(database, clock)
    chat = Chat(
        database=database, lease=lease, journal=journal, gateway=gateway.gateway, preferences=preferences, clock=clock,
        redactor=redactor,
    )  # fmt: skip
    await start(stack, chat)
    trash = Trash(settings.data_dir)
    executor = FileExecutor(folders, trash, clock, keeps=is_kept)
    undo = await start(stack, Undo(database, lease, folders, settings.data_dir, clock))
    ground_below = ground_of_walls(ground, database, lease, announce)
    permissions = build_walls(ground_below, settings, folders, workshop, files=executor, undo=undo)
    await start(stack, permissions)
    announcer.listen(permissions.heard)
    carrier = permissions.broker
    files = Files(carrier, folders, trash, undo)
    programs = await start(stack, Programs(ProgramGround(database, lease, journal, carrier, clock, redactor)))
    weekly_check = WeeklyCheck(database, settings.data_dir, clock)
    chores = [journal.prune, chat.conversations.purge, files.purge, permissions.tidy, undo.tidy, weekly_check.look]
    await start(stack, Housekeeping(chores))
    return Rooms(
        database, journal, announce, install, preferences, folders, permissions, files, workshop, programs, secrets,
        builtin, gateway, usage, visits, chat, weekly_check,
    )  # fmt: skip


def _hear_others(database: Database, heard: Callable[[str], None]) -> None:
    """Let the gateway hear what changed at other processes, once this one has read it."""

    async def tell(kind: str) -> None:
        heard(kind)

    for topic in ("preferences", "keys", "providers"):
        database.refresh_on(topic, partial(tell, f"{topic}.changed"))


def _teller(ground: Ground, announce: Announce) -> Callable[[BuiltInState], None]:
    """What the built-in model tells goes to the terminal and to every page."""

    def tell(state: BuiltInState) -> None:
        ground.show_builtin(state)
        announce("builtin.changed", {"builtin": asdict(state)})

    return tell


def _place(ground: Ground) -> str | Path:
    url = secret_of(ground.settings.database_url, None)
    return url or ground.settings.data_dir / FILE_NAME
