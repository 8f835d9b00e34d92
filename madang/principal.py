"""Who is asking, and how a room tells every open page something. Both are needed before any framework is loaded."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Scope = Literal["chat", "read", "manage"]
ALL_SCOPES: frozenset[Scope] = frozenset({"chat", "read", "manage"})

Announce = Callable[[str, dict[str, Any]], None]
"""How a room below `live` reaches every open page: `announce(kind, data)` puts an event on the stream `app`."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who sent a request: a signed-in person, or a program with a bearer token. `id` is the session's or token's.

    `models` are the only ones a program may ask; `None` is any. With `keeps_answers` its answers are kept where it says
    nothing else.
    """

    kind: Literal["person", "token"]
    id: str
    scopes: frozenset[Scope]
    models: frozenset[str] | None = None
    keeps_answers: bool = False

    def allows(self, scope: Scope) -> bool:
        """Say whether this one may do what `scope` covers; a signed-in person may do everything."""
        return self.kind == "person" or scope in self.scopes
