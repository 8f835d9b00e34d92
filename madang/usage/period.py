"""Days and hours as the reader's zone has them: a day may have 23 or 25 hours. Pure."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from madang.usage.errors import BadPeriod
from madang.usage.types import Pace, Sums

MOST_DAYS, MOST_DAYS_BY_HOUR = 3660, 62
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


def zone_named(name: str) -> ZoneInfo:
    """Return an IANA time zone. Raises `BadPeriod`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadPeriod("the time zone is not known here", reason="zone") from None


def check_days(first: date, last: date, most: int) -> None:
    """Raise `BadPeriod` where the days are none or too many."""
    if last < first:
        raise BadPeriod("the last day is before the first", reason="order")
    if (last - first).days >= most or first.year < 2000 or last.year > 9000:
        raise BadPeriod(f"at most {most} days can be asked for", reason="too_long", most_days=most)


def begins(day: date, zone: ZoneInfo) -> datetime:
    """Return when a day begins in a zone, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def day_key(at: datetime, zone: ZoneInfo) -> str:
    """Return the day of a moment as `2026-11-22`."""
    return at.astimezone(zone).date().isoformat()


def hour_key(at: datetime, zone: ZoneInfo) -> str:
    """Return the beginning of the hour of a moment, with its offset: the hour that comes twice is told apart."""
    return at.astimezone(zone).replace(minute=0, second=0, microsecond=0).isoformat()


def day_keys(first: date, last: date) -> Iterator[str]:
    """Yield every day from `first` to `last`."""
    return ((first + _DAY * number).isoformat() for number in range((last - first).days + 1))


def hour_keys(first: date, last: date, zone: ZoneInfo) -> Iterator[str]:
    """Yield every hour of these days, as many as they have."""
    at, end = begins(first, zone), begins(last + _DAY, zone)
    while at < end:
        yield hour_key(at, zone)
        at += _HOUR


def folded(keys: Iterable[str], sums: Iterable[tuple[str, Sums]]) -> dict[str, Sums]:
    """Return the sums by key, each of `keys` in its order, also where nothing was."""
    found = dict.fromkeys(keys, Sums())
    for key, some in sums:
        found[key] = found.get(key, Sums()) + some
    return found


def month_of(now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when the month of a moment begins and ends in a zone, in UTC."""
    first = now.astimezone(zone).date().replace(day=1)
    return begins(first, zone), begins((first + 31 * _DAY).replace(day=1), zone)


def pace(now: datetime, zone: ZoneInfo, spent_microusd: int) -> Pace:
    """Return what the month will have cost if it goes on like this; a day is too little to tell."""
    since, until = month_of(now, zone)
    passed = now - since
    expected = None if passed < _DAY else round(spent_microusd * ((until - since) / passed))
    return Pace(now.astimezone(zone).strftime("%Y-%m"), spent_microusd, expected)
