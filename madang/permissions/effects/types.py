"""An effect as it is stored: what was to be done, why that was allowed, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from madang.permissions.types import Effect as Decided
from madang.permissions.types import Mode, SourceKind
from madang.system.types import Actor, Kind

EffectState = Literal["intent", "done", "failed", "unknown", "denied"]
"""`intent` has begun; `unknown` was under way when its process ended; `denied` was refused and never began."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided, and by which rule of which source. `mode` is the one in force.

    `because` holds sentences, as keys of the locales with their values.
    """

    effect: Decided
    code: str
    source: SourceKind
    source_id: str
    rule: str
    mode: Mode
    because: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Effect:
    """`key` is run and step of what is done once only; None where doing it again changes nothing.

    `action` is JSON with secrets masked; `digest` is the action's own, `request` that of what was asked for.
    """

    id: str
    key: str | None
    approval: str | None
    run: str
    actor: Actor
    kind: Kind
    digest: str
    request: str
    action: Mapping[str, Any]
    verdict: Verdict
    state: EffectState
    process: str | None
    began_at: datetime
    facts: Mapping[str, Any] | None = None
    body: bytes | None = None
    taint: tuple[str, ...] = ()
    error: Mapping[str, Any] | None = None
    ended_at: datetime | None = None
