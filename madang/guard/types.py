"""What is known about those who signed in and about the programs that were let in."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from madang.principal import Principal, Scope

PassKind = Literal["code", "ticket"]


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that signed in. The hashes are SHA-256 in hex; the secrets themselves are nowhere."""

    id: str
    cookie_hash: str
    token_hash: str
    created_at: datetime
    expires_at: datetime
    last_seen_at: datetime
    label: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that has just begun, with its two secrets, which are shown this once."""

    session: Session
    cookie: str = field(repr=False)
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """A program's bearer token. `last4` are its last characters, by which a person recognises it.

    `models` are the ids of the only models that may be asked with it; `None` is any. With `keeps_answers` what is asked
    through `/v1` is kept where the request says nothing else.
    """

    id: str
    name: str
    token_hash: str
    last4: str
    scopes: frozenset[Scope]
    created_at: datetime
    last_used_at: datetime | None = None
    models: frozenset[str] | None = None
    keeps_answers: bool = False


@dataclass(frozen=True, slots=True)
class Pass:
    """What opens one thing once: a sign-in code, or the ticket with which `holder` opens a socket."""

    kind: PassKind
    holder: Principal | None


def named_scopes(names: list[str]) -> frozenset[Scope]:
    """Return those of `names` that are scopes; a name from another version opens nothing."""
    known: tuple[Scope, ...] = ("chat", "read", "manage")
    return frozenset(scope for scope in known if scope in names)
