"""The steps at which a person is told of a cap, and when each is reached. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from madang.gateway.caps.types import Cap, CapScope, CapWindow, Standing, bounds

Step = Literal[50, 80, 100]
STEPS: tuple[Step, ...] = (50, 80, 100)
_NEARLY: Step = 80


@dataclass(frozen=True, slots=True)
class Alert:
    """A cap had `step` percent of its limit used at `at`, in the window that ends at `resets_at` (null: never).

    With 100 it stops calls. Money is micro-dollars; the limit is that of the moment.
    """

    cap_id: str
    scope: CapScope
    subject: str
    window: CapWindow
    step: Step
    limit_microusd: int
    spent_microusd: int
    at: datetime
    resets_at: datetime | None


def period_of(cap: Cap, day: str) -> str:
    """Return the first day of the window that holds `day`; one without end has the empty text."""
    return bounds(cap.window, day)[0]


def reached(standing: Standing, stopping: Collection[str] = ()) -> tuple[Step, ...]:
    """Return the steps that are reached, the lowest first. A cap of nothing was used up before it was set: none.

    What is left of a cap is often too little for any call. So one of the caps `stopping`, by their ids, that is nearly
    used up and stops a call counts as used up.
    """
    limit = standing.cap.limit_microusd
    found = tuple(step for step in STEPS if limit and standing.spent_microusd * 100 >= limit * step)
    return STEPS if standing.cap.id in stopping and _NEARLY in found else found
