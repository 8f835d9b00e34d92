"""Everything behind the front: the rooms, the web application over them, and the gate that asks for a credential."""

from contextlib import AsyncExitStack
from typing import Any

from starlette.routing import WebSocketRoute

from madang.app.ground import Ground
from madang.app.rooms import Rooms, open_rooms, start
from madang.app.web import web_app
from madang.gateway.v1.door import Door
from madang.guard.asgi import App, Receive, Scope, Send
from madang.guard.auth import Auth, Credentials
from madang.guard.brake import Brake
from madang.guard.cookies import Cookie
from madang.guard.once import Tickets
from madang.guard.password import Password
from madang.guard.sessions import Sessions
from madang.guard.shapes import is_openai
from madang.guard.signin import SignIns
from madang.guard.tokens import Tokens
from madang.guard.watch import SessionWatch
from madang.live.access import Access, readers
from madang.live.socket import LiveSocket
from madang.secrets.given import secret_of


class House:
    """The opened house: an ASGI application, and what closes it."""

    def __init__(self, app: App, rooms: Rooms, stack: AsyncExitStack) -> None:
        self._app = app
        self._rooms = rooms
        self._stack = stack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    async def leave(self) -> None:
        """Store what is being answered, then end every open stream."""
        await self._rooms.chat.stop()
        self._rooms.journal.hang_up()

    async def close(self) -> None:
        """Stop everything, the last started first."""
        await self._stack.aclose()


async def open_house(ground: Ground) -> House:
    """Build and start everything. Raises a `MadangError` that says what is in the way."""
    async with AsyncExitStack() as stack:
        rooms = await open_rooms(ground, stack)
        app = await _gated(ground, rooms, stack)
        return House(app, rooms, stack.pop_all())


async def _gated(ground: Ground, rooms: Rooms, stack: AsyncExitStack) -> App:
    """The web application behind the gate that asks who is there."""
    settings, clock, announce = ground.settings, ground.clock, rooms.announce
    sessions = await start(stack, Sessions(rooms.database, clock, announce))
    of_environment = secret_of(settings.token, settings.token_file)
    tokens = await start(stack, Tokens(rooms.database, clock, announce, of_environment))
    password = Password(secret_of(settings.password, settings.password_file))
    brake, tickets = Brake(clock), Tickets(clock)
    for once in (tickets, ground.codes):
        await once.share(rooms.database)
    # Processes on one PostgreSQL stand behind one address, whatever port each of them has.
    cookie = Cookie.named(ground.port if rooms.database.is_sqlite else None, rooms.install, ground.doors)
    access = Access(SessionWatch(sessions, tokens).is_live, readers)
    sign_ins = SignIns(sessions, ground.codes, password, brake)
    doors: list[Any] = [sessions, tokens, tickets, ground.codes, password, cookie, access, sign_ins]
    services = {type(service): service for service in (*rooms.services(ground), *doors)}
    web = web_app(services, ground.page_version)
    web.router.routes.append(WebSocketRoute("/api/live", LiveSocket(rooms.journal, access)))
    known = Credentials(sessions, tokens, tickets, brake, cookie, ground.control_hash)
    door = Door(rooms.gateway.gateway, rooms.gateway.vectors(clock), ground.redactor, clock)
    return Auth(_parted(web, door), known, settings.request_timeout)


def _parted(web: App, door: App) -> App:
    """Send what is OpenAI's to its door, past the web framework, and everything else to the apis."""

    async def choose(scope: Scope, receive: Receive, send: Send) -> None:
        is_doors = scope["type"] == "http" and is_openai(scope["path"])
        await (door if is_doors else web)(scope, receive, send)

    return choose
