"""What happened, and whether the record of it is whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from madang.permissions.api.policy import PermissionsDep
from madang.permissions.audit.types import Entry, EntryKind, Finding
from madang.web import Page, needs

router = APIRouter(prefix="/api/permissions", tags=["permissions"])


@dataclass(frozen=True, slots=True)
class EntryView:
    """One thing that happened. `about` is the id of the effect, question, rule, grant or run."""

    id: str
    number: int
    at: datetime
    kind: EntryKind
    about: str
    entry: Mapping[str, Any]

    @classmethod
    def of(cls, entry: Entry) -> "EntryView":
        return cls(entry.id, entry.number, entry.at, entry.kind, entry.about, entry.entry)


@dataclass(frozen=True, slots=True)
class VerifiedView:
    """`sound` where nothing was found. `others` are entries that another process sealed with a key of its own."""

    sound: bool
    entries: int
    effects: int
    others: int
    findings: list[Finding]


@router.get("/audit", dependencies=[needs("read")])
async def entries(
    permissions: PermissionsDep,
    cursor: Annotated[str | None, Query(max_length=100, pattern=r"^[0-9a-z]+$")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> Page[EntryView]:
    """What happened, the newest first."""
    found = await permissions.ground.audit.page(cursor, limit + 1)
    more = found[limit - 1].id if len(found) > limit else None
    return Page(items=[EntryView.of(entry) for entry in found[:limit]], next_cursor=more)


@router.post("/audit/verify", dependencies=[needs(person=True)])
async def verify(permissions: PermissionsDep) -> VerifiedView:
    """Look at the whole record for what was edited, deleted, moved or cut off."""
    found = await permissions.ground.audit.verify()
    return VerifiedView(found.is_sound, found.entries, found.effects, found.others, list(found.findings[:1000]))
