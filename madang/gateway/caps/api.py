"""/api/settings/limits and /api/settings/caps: what may be spent, and what is."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from madang.gateway.caps.service import Caps
from madang.gateway.caps.types import CapScope, CapWindow, Standing, expected_microusd
from madang.gateway.days import day_of, zone_of
from madang.principal import Principal
from madang.web import Body, needs, service

router = APIRouter(prefix="/api/settings", tags=["settings"])

CapsDep = Annotated[Caps, service(Caps)]
LimitField = Annotated[int, Field(ge=0, le=10**12, strict=True)]


@dataclass(frozen=True, slots=True)
class CapState:
    """A cap and what its window has taken. `is_fixed`: from the environment. `resets_at` is null where it never does.

    Money is micro-dollars. Calls of unknown cost are counted apart. `expected_microusd` is what the month will have
    cost if it goes on like this; null for other windows and in the first day.
    """

    id: str
    scope: CapScope
    subject: str
    window: CapWindow
    limit_microusd: int
    is_fixed: bool
    spent_microusd: int
    reserved_microusd: int
    unknown_cost_calls: int
    resets_at: datetime | None
    expected_microusd: int | None


@dataclass(frozen=True, slots=True)
class LimitState:
    """The strictest cap on a day and today's spending. `timezone` is the machine's distance from UTC."""

    daily_cap_microusd: int | None
    spent_today_microusd: int
    reserved_microusd: int
    unknown_cost_calls_today: int
    day: str
    timezone: str


class NewCap(Body):
    """A cap: `subject` is a conversation's or token's id, `provider_id/model name`, or a feature; empty for `all`."""

    scope: CapScope
    subject: str = Field("", max_length=600)
    window: CapWindow
    limit_microusd: LimitField


class CapPatch(Body):
    """The limit to hold from here on."""

    limit_microusd: LimitField


@router.get("/limits", dependencies=[needs("read")])
async def limits(caps: CapsDep) -> LimitState:
    """The daily cap, and what today has taken of it."""
    now, daily, today = caps.now(), await caps.of_today(), await caps.taken_today()
    return LimitState(
        daily_cap_microusd=daily.cap.limit_microusd if daily else None,
        spent_today_microusd=today.spent_microusd,
        reserved_microusd=today.reserved_microusd,
        unknown_cost_calls_today=today.unknown_cost_calls,
        day=day_of(now),
        timezone=zone_of(now),
    )


@router.get("/caps", dependencies=[needs("read")])
async def all_caps(caps: CapsDep) -> list[CapState]:
    """Every cap, the environment's first, and what it has taken."""
    return [_state(standing, caps.now()) for standing in await caps.all()]


@router.post("/caps", status_code=201, dependencies=[needs("manage")])
async def add_cap(body: NewCap, caps: CapsDep) -> CapState:
    """Set a cap."""
    return _state(await caps.add(body.scope, body.subject, body.window, body.limit_microusd), caps.now())


@router.patch("/caps/{cap_id}")
async def change_cap(
    cap_id: str, body: CapPatch, principal: Annotated[Principal, needs("manage")], caps: CapsDep
) -> CapState:
    """Change a limit. A program may lower it; only a signed-in person may raise it."""
    return _state(await caps.change(cap_id, body.limit_microusd, principal), caps.now())


@router.delete("/caps/{cap_id}", status_code=204, dependencies=[needs(person=True)])
async def remove_cap(cap_id: str, caps: CapsDep) -> None:
    """Remove a cap."""
    await caps.remove(cap_id)


def _state(standing: Standing, now: datetime) -> CapState:
    return CapState(
        **asdict(standing.cap),
        spent_microusd=standing.spent_microusd,
        reserved_microusd=standing.reserved_microusd,
        unknown_cost_calls=standing.unknown_cost_calls,
        resets_at=standing.resets_at,
        expected_microusd=expected_microusd(standing, now),
    )
