"""Everything behind the front: each service is built once, started in order and stopped in reverse."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import asdict
from typing import Any, Protocol, TypeVar

from starlette.routing import WebSocketRoute

from madang.app.about import about
from madang.app.announcer import Announcer
from madang.app.ground import Ground
from madang.app.housekeeping import Housekeeping
from madang.app.web import web_app
from madang.chat.service import Chat
from madang.db.database import FILE_NAME, Database
from madang.db.installation import installation_name
from madang.gateway.embedded.builtin import BuiltIn
from madang.gateway.embedded.types import BuiltInState
from madang.gateway.service import Around, GatewayRoom
from madang.guard.asgi import App, Receive, Scope, Send
from madang.guard.auth import Auth, Credentials
from madang.guard.brake import Brake
from madang.guard.cookies import Cookie
from madang.guard.once import Tickets
from madang.guard.password import Password
from madang.guard.sessions import Sessions
from madang.guard.signin import SignIns
from madang.guard.tokens import Tokens
from madang.guard.watch import SessionWatch
from madang.live.access import Access, readers
from madang.live.journal import Journal
from madang.live.socket import LiveSocket
from madang.preferences.service import Preferences
from madang.principal import Announce
from madang.secrets.given import secret_of
from madang.secrets.opening import open_secrets


class _Service(Protocol):
    async def start(self) -> None: ...
    async def stop(self) -> None: ...


S = TypeVar("S", bound=_Service)


class House:
    """The opened house: an ASGI application, and what closes it."""

    def __init__(self, app: App, chat: Chat, journal: Journal, stack: AsyncExitStack) -> None:
        self._app = app
        self._chat = chat
        self._journal = journal
        self._stack = stack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    async def leave(self) -> None:
        """Store what is being answered, then end every open stream."""
        await self._chat.stop()
        self._journal.hang_up()

    async def close(self) -> None:
        """Stop everything, the last started first."""
        await self._stack.aclose()


async def open_house(ground: Ground) -> House:
    """Build and start everything. Raises a `MadangError` that says what is in the way."""
    async with AsyncExitStack() as stack:
        app, chat, journal = await _build(ground, stack)
        return House(app, chat, journal, stack.pop_all())


async def _build(ground: Ground, stack: AsyncExitStack) -> tuple[App, Chat, Journal]:
    settings, clock = ground.settings, ground.clock

    async def started(service: S) -> S:
        await service.start()
        stack.push_async_callback(service.stop)
        return service

    database = await started(Database.open(_place(ground)))
    journal = await started(Journal(database, clock))
    announce = (await started(Announcer(journal))).announce
    preferences = await started(Preferences(database, settings, clock, announce))
    install = await installation_name(database)
    keys = open_secrets(database, clock, announce, settings=settings, redactor=ground.redactor, install=install)
    secrets = await started(keys)
    builtin = await started(BuiltIn(settings, settings.data_dir, clock, _teller(ground, announce)))
    sessions = await started(Sessions(database, clock, announce))
    tokens = await started(Tokens(database, clock, announce, secret_of(settings.token, settings.token_file)))
    around = Around(
        settings=settings, data_dir=settings.data_dir, clock=clock, redactor=ground.redactor, database=database,
        preferences=preferences, keys=secrets, announce=announce, builtin=builtin,
    )  # fmt: skip
    models = await started(GatewayRoom.build(around))
    talk = Chat(
        database=database, journal=journal, gateway=models.gateway, preferences=preferences, clock=clock,
        redactor=ground.redactor,
    )  # fmt: skip
    chat = await started(talk)
    await started(Housekeeping([journal.prune]))

    password = Password(secret_of(settings.password, settings.password_file))
    brake, tickets = Brake(clock), Tickets(clock)
    cookie = Cookie.named(ground.port, install, ground.doors)
    watch = SessionWatch(sessions, tokens)
    access = Access(watch.is_live, readers)
    sign_ins = SignIns(sessions, ground.codes, password, brake)
    services: list[Any] = [
        journal, access, preferences, secrets, builtin, sessions, tokens, tickets, ground.codes, password, cookie,
        sign_ins, ground.redactor, about(settings.data_dir, database.is_sqlite), chat, clock,
        models.registry, models.directory, models.catalogue, models.cache, models.budget,
    ]  # fmt: skip
    web = web_app({type(service): service for service in services}, ground.page_version)
    web.router.routes.append(WebSocketRoute("/api/live", LiveSocket(journal, access)))
    credentials = Credentials(sessions, tokens, tickets, brake, cookie, ground.control_hash)
    return Auth(web, credentials), chat, journal


def _teller(ground: Ground, announce: Announce) -> Callable[[BuiltInState], None]:
    """What the built-in model tells goes to the terminal and to every page."""

    def tell(state: BuiltInState) -> None:
        ground.show_builtin(state)
        announce("builtin.changed", {"builtin": asdict(state)})

    return tell


def _place(ground: Ground) -> Any:
    url = secret_of(ground.settings.database_url, None)
    return url or ground.settings.data_dir / FILE_NAME
