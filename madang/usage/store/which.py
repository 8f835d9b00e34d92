"""Which rows of the ledger a filter means."""

from sqlalchemy import ColumnElement

from madang.db.schema import calls
from madang.usage.types import Filter

SENT = calls.c.cache.in_(("miss", "off"))
"""Calls that went to a model; all others were answered from a cache."""


def rows_of(wanted: Filter) -> list[ColumnElement[bool]]:
    """Return the conditions of a filter."""
    found = [calls.c.created_at >= wanted.since, calls.c.created_at < wanted.until]
    if wanted.model is not None:
        provider, _, name = wanted.model.partition("/")
        found += [calls.c.provider == provider, calls.c.model == name]
    for column, value in (
        (calls.c.feature, wanted.feature),
        (calls.c.token_id, wanted.token_id),
        (calls.c.status, wanted.status),
    ):
        if value is not None:
            found.append(column == value)
    return found
