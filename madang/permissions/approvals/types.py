"""A question to a person, and how it can end."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from madang.permissions.effects.types import Verdict
from madang.permissions.types import GrantScope
from madang.system.types import Actor

CHANGED = "approvals.changed"
"""Announced with the id of the question, or with the run that was paused or goes on."""
QuestionState = Literal["pending", "executing", "done", "failed", "denied", "expired", "stale", "unknown"]


@dataclass(frozen=True, slots=True)
class Offer:
    """How far a person may let it go: the rule that would then be kept, word for word; empty for `once`."""

    scope: GrantScope
    subject: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """`sameness` is the action's digest without its step: alike questions of a run are one, and `steps` wait for it.

    `request` is the packed request, gone once the question is closed. `action` and `preview` are what a page shows.
    """

    id: str
    sameness: str
    run: str
    steps: tuple[str, ...]
    conversation: str
    actor: Actor
    request: Mapping[str, Any] | None
    action: Mapping[str, Any]
    preview: Mapping[str, Any]
    verdict: Verdict
    offers: tuple[Offer, ...]
    digest: str
    taint: tuple[str, ...]
    asked_at: datetime
    expires_at: datetime
    state: QuestionState = "pending"
    process: str | None = None
    effect: str | None = None
    error: Mapping[str, Any] | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    scope: GrantScope | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said: for the bytes with this digest, and how far it goes."""

    digest: str
    allowed: bool
    scope: GrantScope = "once"
    by: str = ""
