"""Requests and actions as JSON that any store takes, and back."""

import base64
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")


def packed(value: Any) -> Any:
    """Return a dataclass or what is in one as JSON, without loss: bytes, and text that is no Unicode, as base64."""
    if is_dataclass(value):
        return {one.name: packed(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, str) and not _is_whole(value):
        return {"text64": base64.b64encode(value.encode("utf-8", "surrogatepass")).decode()}
    if isinstance(value, Mapping):
        return {"items": [[packed(name), packed(one)] for name, one in value.items()]}
    return [packed(one) for one in value] if isinstance(value, list | tuple) else value


def unpacked(kind: type[T], data: Mapping[str, Any]) -> T:
    """Return the dataclass that was packed. Raises `KeyError`, `TypeError` or `ValueError` for anything else."""
    hints = _hints(kind)  # type: ignore[arg-type]  # a class can be hashed
    return kind(**{name: _back(hints[name], value) for name, value in data.items()})


def shown(value: Any) -> Any:
    """Return JSON as a page may have it: what is no Unicode is written as an escape."""
    if isinstance(value, str):
        return value if _is_whole(value) else value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, Mapping):
        return {str(shown(name)): shown(one) for name, one in value.items()}
    return [shown(one) for one in value] if isinstance(value, list | tuple) else value


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _back(hint: Any, value: Any) -> Any:
    if value is None:
        return None
    match value:
        case {"base64": text}:
            return base64.b64decode(text, validate=True)
        case {"text64": text}:
            return base64.b64decode(text, validate=True).decode("utf-8", "surrogatepass")
        case {"items": pairs}:
            return {_back(str, name): _back(Any, one) for name, one in pairs}
    return _of_kind(_without_none(hint), value)


def _of_kind(hint: Any, value: Any) -> Any:
    if isinstance(hint, type) and is_dataclass(hint):
        return unpacked(hint, value)
    if isinstance(value, list):
        inner = next(iter(get_args(hint)), Any)
        many = [_back(inner, one) for one in value]
        return tuple(many) if get_origin(hint) is tuple else many
    return value


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in {Union, UnionType}:
        return next((one for one in get_args(hint) if one is not NoneType), hint)
    return hint


@lru_cache(maxsize=32)
def _hints(kind: type[Any]) -> dict[str, Any]:
    return get_type_hints(kind)
