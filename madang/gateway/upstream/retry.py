"""Whether to ask again, and when: pure decisions."""

import math
import random
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime

from madang.gateway.upstream.limits import Limits


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that `Retry-After` asks to wait; `None` where it says nothing that can be kept.

    Reads a number of seconds (RFC 9110, 10.2.3), an HTTP date, and OpenAI's `retry-after-ms`. A negative or
    endless number counts as garbage; a date gone by is 0.
    """
    if (milliseconds := _number(headers.get("retry-after-ms"))) is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    if (seconds := _number(value)) is not None:
        return seconds
    return _until(value, now) if value else None


def delay(attempt: int, asked: float | None, limits: Limits) -> float | None:
    """Return the seconds to wait before attempt `attempt` + 1, or `None` to give up.

    What the provider asks for is kept exactly up to the limit; without it the wait doubles, less up to a quarter
    so that many callers do not come back at once.
    """
    if attempt > limits.retries or (asked is not None and asked > limits.longest_retry_after):
        return None
    if asked is not None:
        return asked
    longest: float = min(limits.longest_backoff, limits.backoff * 2 ** (attempt - 1))
    return longest * (1 - random.random() / 4)  # noqa: S311 - spreads load, hides nothing


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _until(text: str, now: datetime) -> float | None:
    try:
        then = parsedate_to_datetime(text)
    except ValueError:
        return None
    if then.tzinfo is None:
        return None
    return max(0.0, (then - now).total_seconds())
