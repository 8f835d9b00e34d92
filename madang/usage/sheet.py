"""The calls as CSV, which a spreadsheet opens without taking any cell for a formula."""

import csv
import io
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence
from dataclasses import astuple, fields
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from madang.usage.types import Call

# Excel takes a file for UTF-8 only where it begins so.
_MARK = "\ufeff"
# A cell that begins with one of these is calculated by some spreadsheet; after an apostrophe it is text.
_ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\n")


async def written(portions: AsyncIterable[Sequence[Call]], zone: ZoneInfo) -> AsyncIterator[bytes]:
    """Yield the file piece by piece: a head with the names of the columns, then a line for each call."""
    yield (_MARK + _lines([[one.name for one in fields(Call)]])).encode()
    async for calls in portions:
        yield _lines([_shown(value, zone) for value in astuple(call)] for call in calls).encode()


def _shown(value: Any, zone: ZoneInfo) -> Any:
    """A time as the zone has it, with its offset; an unknown number as an empty cell."""
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(timespec="milliseconds")
    return inert(value) if isinstance(value, str) else value


def inert(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_ACTIVE) else text


def _lines(rows: Iterable[Iterable[Any]]) -> str:
    page = io.StringIO()
    csv.writer(page).writerows(rows)
    return page.getvalue()
