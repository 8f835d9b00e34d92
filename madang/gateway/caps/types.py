"""A cap, the windows it counts in, what it has taken, and which of several decides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

CapScope = Literal["all", "conversation", "token", "model", "feature"]
CapWindow = Literal["day", "month", "total"]

Subjects = Mapping[str, str]
"""Whom one call counts against: the subject of each scope that it has. That of `all` is empty."""


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that calls of one scope and subject may cost within a window of the machine's calendar.

    The subject is a conversation's or token's id, `provider_id/model name`, or a feature; that of `all` is empty.
    One that is fixed comes from the environment and cannot be changed here.
    """

    id: str
    scope: CapScope
    subject: str
    window: CapWindow
    limit_microusd: int
    is_fixed: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A cap and what its window has taken of it. Calls whose cost nobody knows are counted apart.

    `resets_at` is when the window ends; one without end has `None`.
    """

    cap: Cap
    spent_microusd: int
    reserved_microusd: int
    unknown_cost_calls: int
    resets_at: datetime | None

    @property
    def available_microusd(self) -> int:
        """What one more call may cost at most; below nothing where the cap was lowered under what is spent."""
        return self.cap.limit_microusd - self.spent_microusd - self.reserved_microusd


def strictest(standings: Sequence[Standing]) -> Standing:
    """Return the one that leaves least; of several the first."""
    return min(standings, key=lambda standing: standing.available_microusd)


def bounds(window: CapWindow, day: str) -> tuple[str, str]:
    """Return the first and the last day of the window that holds `day` (`YYYY-MM-DD`), as text that sorts by time."""
    match window:
        case "day":
            return day, day
        case "month":
            return f"{day[:7]}-01", f"{day[:7]}-31"
        case "total":
            return "", "9999-12-31"


def expected_microusd(standing: Standing, now: datetime) -> int | None:
    """Return what a month will have cost if it goes on like this; `None` in its first day and for other windows."""
    if standing.cap.window != "month" or standing.resets_at is None:
        return None
    begins = datetime.combine(now.astimezone().date().replace(day=1), time()).astimezone()
    passed = now - begins
    whole = standing.resets_at - begins
    return None if passed < timedelta(days=1) else round(standing.spent_microusd * (whole / passed))


def resets_at(window: CapWindow, day: str) -> datetime | None:
    """Return the moment when the window that holds `day` (`YYYY-MM-DD`) ends, at this machine's midnight."""
    if window == "total":
        return None
    today = date.fromisoformat(day)
    if window == "month":
        # The 28th and four days are always in the next month.
        today = (today.replace(day=28) + timedelta(days=4)).replace(day=1)
    else:
        today += timedelta(days=1)
    return datetime.combine(today, time()).astimezone()
