"""Who sends a request. Whatever is not public needs a credential here, whether the address exists or not."""

import asyncio
from dataclasses import dataclass

from madang.errors import MadangError, NotSignedIn
from madang.guard import paths
from madang.guard.asgi import (
    SAFE_METHODS,
    App,
    Message,
    Receive,
    Scope,
    Send,
    is_request,
    method_of,
    refuse,
    state_of,
    value,
)
from madang.guard.brake import Brake
from madang.guard.cookies import Cookie
from madang.guard.errors import HeaderMissing, OriginMissing, TooManyOpen, TooManyTries, TooSlow, WrongCredential
from madang.guard.once import Tickets
from madang.guard.secret import matches
from madang.guard.sessions import Sessions
from madang.guard.tokens import Tokens
from madang.principal import Principal

STRANGERS_LIMIT = 50
"""How many requests without a credential are served at once: so nobody can hold all the places."""
CONTROL = "control"
"""Id of whoever holds the runtime file's key: the owner of the data folder, for asking a sign-in code only."""
CONTROL_PATH = "/api/session/code"
TICKET = "ticket."


@dataclass(frozen=True, slots=True)
class Credentials:
    """Everything that opens the door. `control_hash` is the SHA-256 of the runtime file's key."""

    sessions: Sessions
    tokens: Tokens
    tickets: Tickets
    brake: Brake
    cookie: Cookie
    control_hash: str


class Auth:
    """Notes the `Principal` in the request's state, or refuses.

    Asks no database, but for what another process on the same one may have given out.
    """

    def __init__(self, app: App, credentials: Credentials, strangers_seconds: float) -> None:
        self._app = app
        self._known = credentials
        self._strangers_seconds = strangers_seconds
        self._strangers = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_request(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "http" and paths.is_public(method_of(scope), scope["path"]):
            await self._serve_stranger(scope, receive, send)
        else:
            await self._serve_known(scope, receive, send)

    async def _serve_stranger(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._strangers >= STRANGERS_LIMIT:
            await refuse(scope, send, TooManyOpen("too many are at the door", limit=STRANGERS_LIMIT))
            return
        self._strangers += 1
        has_begun = False

        async def answer(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            async with asyncio.timeout(self._strangers_seconds):
                await self._app(scope, receive, answer)
        except TimeoutError:
            # Where the answer is what is not taken, the server hangs up on an application that leaves it unfinished.
            if not has_begun:
                await refuse(scope, send, TooSlow("the request did not come to its end"), ((b"connection", b"close"),))
        finally:
            self._strangers -= 1

    async def _serve_known(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            principal = await self._who(scope)
        except WrongCredential as error:
            await self._slow_down(scope, send, error)
        except MadangError as error:
            await refuse(scope, send, error)
        else:
            state_of(scope)["principal"] = principal
            await self._app(scope, receive, send)

    async def _who(self, scope: Scope) -> Principal:
        authorization = value(scope, b"authorization")
        if authorization is not None:
            return await self._by_bearer(scope, authorization)
        return await (self._by_ticket(scope) if scope["type"] == "websocket" else self._by_session(scope))

    async def _by_bearer(self, scope: Scope, authorization: str) -> Principal:
        kind, _, text = authorization.partition(" ")
        if kind.lower() != "bearer":
            raise WrongCredential("only bearer tokens are taken here")
        if (method_of(scope), scope["path"]) == ("POST", CONTROL_PATH) and matches(text, self._known.control_hash):
            return Principal("token", CONTROL, frozenset())
        principal = await self._known.tokens.find(text)
        if principal is None:
            raise WrongCredential("this token opens nothing")
        return principal

    async def _by_ticket(self, scope: Scope) -> Principal:
        for protocol in scope.get("subprotocols", ()):
            if protocol.startswith(TICKET):
                principal = await self._known.tickets.take(protocol.removeprefix(TICKET))
                if principal is None or not await self._is_live(principal):
                    raise WrongCredential("this ticket is used or has run out")
                return principal
        raise NotSignedIn("a socket opens with a ticket or a bearer token")

    async def _is_live(self, principal: Principal) -> bool:
        kept = self._known.sessions if principal.kind == "person" else self._known.tokens
        if not kept.is_live(principal.id):
            # The one who holds a good ticket may have signed in at another process a moment ago.
            await kept.refresh()
        return kept.is_live(principal.id)

    async def _by_session(self, scope: Scope) -> Principal:
        method, path = method_of(scope), scope["path"]
        token = value(scope, b"x-madang-token")
        found = [await self._known.sessions.find(cookie, token) for cookie in self._known.cookie.values_in(scope)]
        principals = dict(filter(None, found))
        if "whole" in principals:
            if method not in SAFE_METHODS and state_of(scope).get("origin") != "own":
                raise OriginMissing("a session changes something only from its own page; use a bearer token")
            return principals["whole"]
        if "cookie_only" not in principals:
            raise NotSignedIn("sign in first")
        if paths.opens_by_cookie(method, path):
            return principals["cookie_only"]
        if token is not None:
            raise WrongCredential("the header token is not this session's")
        raise HeaderMissing("the session's header token did not come with its cookie")

    async def _slow_down(self, scope: Scope, send: Send, error: WrongCredential) -> None:
        """Refuse; whoever has sent too many wrong credentials is told to wait."""
        address = address_of(scope)
        self._known.brake.failed(address)
        if wait := self._known.brake.wait_of(address):
            late = TooManyTries("too many wrong credentials came from this address", retry_after_seconds=wait)
            await refuse(scope, send, late, ((b"retry-after", str(wait).encode()),))
        else:
            await refuse(scope, send, error)


def address_of(scope: Scope) -> str:
    """Return the peer's address. What a request says about itself (`X-Forwarded-For`) is not asked."""
    client = scope.get("client")
    return str(client[0]) if client else ""
