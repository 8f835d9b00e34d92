"""The day a call counts against: the date where this machine stands."""

from datetime import datetime


def day_of(moment: datetime) -> str:
    """Return the local date of a moment as `YYYY-MM-DD`."""
    return moment.astimezone().date().isoformat()


def zone_of(moment: datetime) -> str:
    """Return how far this machine's zone is from UTC at a moment, as `+09:00`."""
    return moment.astimezone().isoformat()[-6:]
