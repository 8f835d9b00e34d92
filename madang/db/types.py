"""Column types that mean the same on both databases: moments, JSON, and text that any database takes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import BigInteger, ColumnElement, Dialect, Text, cast, func, type_coerce
from sqlalchemy.types import TypeDecorator

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware `datetime`, stored as whole microseconds since 1970 in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


class Json(TypeDecorator[Any]):
    """Any JSON value, stored as text. None is stored as SQL NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:
        return None if value is None else orjson.dumps(value, option=orjson.OPT_UTC_Z).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any | None:
        return None if value is None else orjson.loads(value)


class Words(TypeDecorator[str]):
    """Text that people or models wrote. PostgreSQL refuses U+0000, so it becomes U+FFFD on every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else value.replace("\x00", "\ufffd")


def server_now(later: timedelta = timedelta(0)) -> ColumnElement[datetime]:
    """Return PostgreSQL's own clock, which is the same for every process, as a `Moment`, or a time after it."""
    microseconds = cast(func.extract("epoch", func.clock_timestamp()) * 1_000_000, BigInteger)
    return type_coerce(microseconds + later // _MICROSECOND, Moment)
