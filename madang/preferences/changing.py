"""How a patch is checked and laid over what was chosen before. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from madang.errors import named
from madang.preferences.errors import InvalidPreference
from madang.preferences.types import PreferencePatch, PreferenceValues, RouteRule

_FREE_FOR_TOKENS = frozenset({"cache_enabled", "cache_ttl_seconds", "cache_limit_bytes"})


def checked(patch: Mapping[str, Any]) -> dict[str, Any]:
    """Return the choices in `patch`. Raises `InvalidPreference` for the first that cannot be made."""
    try:
        return PreferencePatch.model_validate(patch).model_dump(exclude_unset=True)
    except ValidationError as error:
        raise _invalid(error) from None


def laid_over(values: PreferenceValues, choices: Mapping[str, Any]) -> PreferenceValues:
    """Return `values` with checked `choices`."""
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in choices.items()
    }
    if "routes" in fields:
        fields["routes"] = tuple(RouteRule(**rule) for rule in fields["routes"])
    return replace(values, **fields)


def is_for_persons(choices: Mapping[str, Any]) -> bool:
    """Say whether only a signed-in person may choose this. A program may set the cache."""
    return any(name not in _FREE_FOR_TOKENS for name in choices)


def _invalid(error: ValidationError) -> InvalidPreference:
    # The value itself stays out of the error: it may be anything, a key put into the wrong field as well.
    first = error.errors(include_url=False, include_input=False)[0]
    field = ".".join(named(str(part)) for part in first["loc"]) or "preferences"
    bounds = {name: value for name, value in first.get("ctx", {}).items() if isinstance(value, int | float | str)}
    return InvalidPreference(f"{field}: {first['msg']}", field=field, rule=first["type"], **bounds)
