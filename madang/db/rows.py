"""Reading rows that somebody else may have written: what is not as we store it is damaged, and said to be."""

import types
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from functools import lru_cache
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from madang.db.errors import DamagedRow

T = TypeVar("T")


@contextmanager
def reading(what: str, **where: Any) -> Iterator[None]:
    """Raise `DamagedRow` for whatever only a foreign row brings about: no JSON, other types, other fields."""
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise DamagedRow(f"{what} is not as it was stored ({type(error).__name__})", **where) from error


def sound(thing: T) -> T:
    """Return a dataclass whose fields hold what their annotations say. Raises `TypeError` for others."""
    for name, kinds, choices in _rules(type(thing)):  # type: ignore[arg-type]  # a class can be hashed
        value = getattr(thing, name)
        if not isinstance(value, kinds) or (choices and isinstance(value, str) and value not in choices):
            raise TypeError(f"{name} is of a wrong kind")
    return thing


@lru_cache(maxsize=32)
def _rules(kind: Any) -> tuple[tuple[str, tuple[type, ...], frozenset[str]], ...]:
    """Return each field's types, and the texts it may be where only some are allowed."""
    hints = get_type_hints(kind)
    return tuple((one.name, _kinds(hints[one.name]), _choices(hints[one.name])) for one in fields(kind))


def _kinds(hint: Any) -> tuple[type, ...]:
    origin = get_origin(hint)
    if hint is Any:
        return (object,)
    if origin is Literal:
        return tuple({type(value) for value in get_args(hint)})
    if origin in {Union, types.UnionType}:
        return tuple(kind for each in get_args(hint) for kind in _kinds(each))
    # JSON has no 1.0 that is not a 1 as well.
    return (int, float) if hint is float else (origin or hint,)


def _choices(hint: Any) -> frozenset[str]:
    if get_origin(hint) is Literal:
        return frozenset(get_args(hint))
    if get_origin(hint) in {Union, types.UnionType}:
        return frozenset().union(*(_choices(each) for each in get_args(hint)))
    return frozenset()
