"""What waits for an answer, and the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from madang.errors import BadRequest
from madang.permissions.api.policy import IdText, PermissionsDep, Person, VerdictView
from madang.permissions.approvals.types import Answer, Question, QuestionState
from madang.permissions.types import GrantScope
from madang.permissions.words import Words, words_of_text
from madang.system.types import ActorKind, Kind
from madang.web import Body, Page, needs

router = APIRouter(prefix="/api/permissions", tags=["permissions"])

_OPEN: tuple[QuestionState, ...] = ("pending", "executing")
_CLOSED: tuple[QuestionState, ...] = ("done", "failed", "denied", "expired", "stale", "unknown")


@dataclass(frozen=True, slots=True)
class Listed:
    """A question in a list; all that is asked stands in the question itself."""

    id: str
    kind: Kind
    state: QuestionState
    run: str
    conversation: str
    actor: ActorKind
    steps: int
    asked_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many questions wait."""

    waiting: int


@dataclass(frozen=True, slots=True)
class OfferView:
    """How far it may be let go, and the rule that would be kept then, word for word and in plain words."""

    scope: GrantScope
    rule: str
    words: Words | None


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question whole: `action` and `preview` are data, with secrets masked, and are shown as what they are.

    The answer gives `digest` back, so that it is about these very bytes.
    """

    id: str
    state: QuestionState
    digest: str
    action: Mapping[str, Any]
    preview: Mapping[str, Any]
    verdict: VerdictView
    offers: list[OfferView]
    run: str
    conversation: str
    steps: int
    taint: Sequence[str]
    asked_at: datetime
    expires_at: datetime
    decided_at: datetime | None
    scope: GrantScope | None
    effect: str | None
    error: Mapping[str, Any] | None


class DecisionBody(Body):
    """Yes or no to the action with this digest, and how far a yes goes."""

    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    decision: Literal["allow", "deny"]
    scope: GrantScope = "once"


@router.get("/pending", dependencies=[needs("read")])
async def pending(
    permissions: PermissionsDep,
    state: Literal["open", "closed"] = "open",
    cursor: Annotated[str | None, Query(max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Page[Listed]:
    """The questions that wait, or those that were closed, the newest first."""
    states = _OPEN if state == "open" else _CLOSED
    found = await permissions.parking.page(states, _place(cursor), limit + 1)
    more = _cursor(found[limit - 1]) if len(found) > limit else None
    return Page(items=[_listed(one) for one in found[:limit]], next_cursor=more)


@router.get("/waiting", dependencies=[needs("read")])
async def waiting(permissions: PermissionsDep) -> Waiting:
    """How many questions wait for an answer."""
    return Waiting(await permissions.parking.count())


@router.get("/pending/{id}", dependencies=[needs("read")])
async def question(id: IdText, permissions: PermissionsDep) -> QuestionView:
    """A question with everything that is asked."""
    return _view(await permissions.parking.find(id))


@router.post("/pending/{id}/decision")
async def decide(id: IdText, body: DecisionBody, principal: Person, permissions: PermissionsDep) -> QuestionView:
    """Answer a question, once. What is allowed begins before this returns, and may go on after it."""
    answer = Answer(body.digest, body.decision == "allow", body.scope, principal.id)
    return _view(await permissions.broker.decide(id, answer))


def _listed(one: Question) -> Listed:
    return Listed(
        one.id, one.action["kind"], one.state, one.run, one.conversation, one.actor.kind, len(one.steps), one.asked_at,
        one.expires_at,
    )  # fmt: skip


def _view(one: Question) -> QuestionView:
    return QuestionView(
        id=one.id, state=one.state, digest=one.digest, action=one.action, preview=one.preview,
        verdict=VerdictView.of(one),
        offers=[OfferView(offer.scope, offer.rule, words_of_text(offer.rule)) for offer in one.offers],
        run=one.run, conversation=one.conversation, steps=len(one.steps), taint=one.taint, asked_at=one.asked_at,
        expires_at=one.expires_at, decided_at=one.decided_at, scope=one.scope, effect=one.effect, error=one.error,
    )  # fmt: skip


def _cursor(last: Question) -> str:
    return f"{int(last.asked_at.timestamp() * 1_000_000)}-{last.id}"


def _place(cursor: str | None) -> tuple[datetime, str] | None:
    if not cursor:
        return None
    at, _, id = cursor.partition("-")
    if not (at.isascii() and at.isdigit() and len(at) <= 17 and id):
        raise BadRequest("the cursor is not one of ours")
    seconds, microseconds = divmod(int(at), 1_000_000)
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=microseconds), id
    except (OverflowError, ValueError, OSError):
        raise BadRequest("the cursor is not one of ours") from None
