"""What every api shares: who may ask, the services by type, bodies and pages."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from fastapi import Depends, Request, Response
from pydantic import BaseModel, ConfigDict, model_validator
from pydantic_core import PydanticCustomError

from madang.errors import NotAllowed, NotSignedIn
from madang.principal import ALL_SCOPES, Announce, Principal, Scope

__all__ = [
    "ALL_SCOPES",
    "Announce",
    "Body",
    "Handover",
    "Page",
    "Principal",
    "Scope",
    "needs",
    "principal_of",
    "service",
]

T = TypeVar("T")
_SURROGATES = re.compile("[\ud800-\udfff]")


class Body(BaseModel):
    """Base of all request bodies: an unknown field is an error, not something to drop in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _holds_text(cls, given: Any) -> Any:
        if not is_text(given):
            raise PydanticCustomError("text", "Text should be whole characters of Unicode")
        return given


def is_text(value: object) -> bool:
    """Say whether each string in a JSON value is Unicode: Python's JSON lets half a surrogate pair through, and no
    store or provider takes it."""
    match value:
        case str():
            return value.isascii() or _SURROGATES.search(value) is None
        case dict():
            return all(is_text(key) and is_text(inner) for key, inner in value.items())
        case list():
            return all(map(is_text, value))
    return True


class Page(BaseModel, Generic[T]):
    """One page of a list; `next_cursor` asks for the next, and is null on the last."""

    items: list[T]
    next_cursor: str | None = None


def principal_of(request: Request) -> Principal:
    """Return who sent the request. Raises `NotSignedIn` where the gate let it through without a credential."""
    principal = request.scope.get("state", {}).get("principal")
    if not isinstance(principal, Principal):
        raise NotSignedIn("sign in first")
    return principal


def needs(*scopes: Scope, person: bool = False) -> Any:
    """Return the dependency every route has: each of `scopes`, and with `person` a signed-in person.

    Gives the `Principal`. Raises `NotSignedIn` or `NotAllowed`.
    """

    def check(request: Request) -> Principal:
        principal = principal_of(request)
        if person and principal.kind != "person":
            raise NotAllowed("only a signed-in person may do this", needs="person")
        for scope in scopes:
            check_scope(principal, scope)
        return principal

    return Depends(check)


def check_scope(principal: Principal, scope: Scope) -> None:
    """Raise `NotAllowed` unless the principal may do in the apis what `scope` covers."""
    if not principal.allows(scope):
        raise NotAllowed(f"this needs the scope {scope}", needs=scope)
    if scope == "chat" and principal.models is not None:
        raise NotAllowed("a token with models of its own asks through /v1 only", needs="v1")


def service(kind: type[T]) -> Any:
    """Return the dependency that gives the application's one service of type `kind`."""

    def find(request: Request) -> T:
        services: dict[type[Any], Any] = request.app.state.services
        found: T = services[kind]
        return found

    return Depends(find)


class Handover(Response):
    """A response that a plain ASGI application writes, such as a stream of events."""

    def __init__(self, application: Callable[[Any, Any, Any], Awaitable[None]]) -> None:
        super().__init__()
        self._application = application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._application(scope, receive, send)
