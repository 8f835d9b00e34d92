"""The rules a person wrote, and the grants they gave."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from madang.permissions.api.policy import IdText, PermissionsDep, Person
from madang.permissions.grants.types import StoredGrant
from madang.permissions.own_rules.types import StoredRule
from madang.permissions.simulator import Simulation
from madang.permissions.types import GrantScope
from madang.permissions.words import Words, words_of_text
from madang.system.types import Taint
from madang.web import Body, needs

router = APIRouter(prefix="/api/permissions", tags=["permissions"])


@dataclass(frozen=True, slots=True)
class OwnRule:
    """A rule of the person's."""

    id: str
    text: str
    words: Words | None
    created_at: datetime

    @classmethod
    def of(cls, rule: StoredRule) -> "OwnRule":
        return cls(rule.id, rule.text, words_of_text(rule.text), rule.created_at)


@dataclass(frozen=True, slots=True)
class GrantView:
    """What a person allowed for longer. `subject` is the run, conversation, folder or job it is bound to."""

    id: str
    scope: GrantScope
    subject: str
    rule: str
    words: Words | None
    taint: tuple[Taint, ...]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    uses: int

    @classmethod
    def of(cls, grant: StoredGrant) -> "GrantView":
        return cls(
            grant.id, grant.scope, grant.subject, grant.rule, words_of_text(grant.rule), grant.taint,
            grant.created_at, grant.expires_at, grant.used_at, grant.uses,
        )  # fmt: skip


class RuleBody(Body):
    """A rule as one line."""

    text: Annotated[str, Field(min_length=1, max_length=8192)]


class GrantBody(RuleBody):
    """A rule that allows, and for what: the id of a run, conversation, folder or job; none where it is for always."""

    scope: GrantScope
    subject: IdText = ""


@router.get("/rules", dependencies=[needs("read")])
async def own_rules(permissions: PermissionsDep) -> list[OwnRule]:
    """The person's rules, the oldest first."""
    return [OwnRule.of(rule) for rule in permissions.policies.current.own]


@router.post("/rules", status_code=201)
async def add_rule(body: RuleBody, principal: Person, permissions: PermissionsDep) -> OwnRule:
    """Keep a rule. It counts at once."""
    return OwnRule.of(await permissions.changes.add_rule(body.text, principal.id))


@router.post("/rules/simulate", dependencies=[needs(person=True)])
async def simulate(body: RuleBody, permissions: PermissionsDep) -> Simulation:
    """Which of the last 500 actions a draft would have decided, and how. Nothing is kept."""
    return await permissions.simulator.simulate(body.text)


@router.delete("/rules/{id}", status_code=204)
async def remove_rule(id: str, principal: Person, permissions: PermissionsDep) -> None:
    """Let go of a rule, at once."""
    await permissions.changes.remove_rule(id, principal.id)


@router.get("/grants", dependencies=[needs("read")])
async def all_grants(permissions: PermissionsDep) -> list[GrantView]:
    """What was allowed for longer, the oldest first."""
    await permissions.policies.refresh()
    return [GrantView.of(grant) for grant in permissions.policies.current.grants]


@router.post("/grants", status_code=201)
async def give(body: GrantBody, principal: Person, permissions: PermissionsDep) -> GrantView:
    """Allow something for longer before it is asked about; no further than a question for it could be answered."""
    return GrantView.of(await permissions.changes.give(body.text, body.scope, body.subject, principal.id))


@router.delete("/grants/{id}", status_code=204)
async def revoke(id: str, principal: Person, permissions: PermissionsDep) -> None:
    """Take it back, at once."""
    await permissions.changes.revoke(id, principal.id)
