"""The fields a request may have, their bounds, and a check that names the field and the bounds it breaks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from madang.errors import BadRequest

Json = dict[str, Any]


class Rule(Protocol):
    """One kind of value."""

    def check(self, field: str, value: Any) -> None:
        """Raise `BadRequest` for a value that this field does not take."""

    def schema(self) -> Json:
        """Return the same as JSON Schema."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number from `low` to `high`; `is_whole` takes no fraction, `is_above` not `low` itself."""

    low: float
    high: float
    is_whole: bool = False
    is_above: bool = False

    def check(self, field: str, value: Any) -> None:
        """Raise `BadRequest` for a value that is not between the bounds."""
        kinds = int if self.is_whole else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds):
            raise _wrong(field, "a whole number" if self.is_whole else "a number", min=self.low, max=self.high)
        if not self.low <= value <= self.high or (self.is_above and value == self.low):
            raise _wrong(field, f"between {self.low} and {self.high}", min=self.low, max=self.high)

    def schema(self) -> Json:
        """Return the same as JSON Schema."""
        lower = "exclusiveMinimum" if self.is_above else "minimum"
        return {"type": "integer" if self.is_whole else "number", lower: self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class Text:
    """Text of `shortest` to `longest` characters."""

    shortest: int = 0
    longest: int | None = None

    def check(self, field: str, value: Any) -> None:
        """Raise `BadRequest` for what is no text, or too short or too long."""
        if not isinstance(value, str) or not _is_unicode(value):
            raise _wrong(field, "text")
        if len(value) < self.shortest or (self.longest is not None and len(value) > self.longest):
            raise _wrong(field, f"{self.shortest} to {self.longest} characters", min=self.shortest, max=self.longest)

    def schema(self) -> Json:
        """Return the same as JSON Schema."""
        longest = {} if self.longest is None else {"maxLength": self.longest}
        return {"type": "string", "minLength": self.shortest, **longest}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def check(self, field: str, value: Any) -> None:
        """Raise `BadRequest` for another word."""
        if value not in self.words:
            raise _wrong(field, f"one of {', '.join(self.words)}", choices=list(self.words))

    def schema(self) -> Json:
        """Return the same as JSON Schema."""
        return {"type": "string", "enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Flag:
    """Yes or no."""

    def check(self, field: str, value: Any) -> None:
        """Raise `BadRequest` for anything but true and false."""
        if not isinstance(value, bool):
            raise _wrong(field, "true or false")

    def schema(self) -> Json:
        """Return the same as JSON Schema."""
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Ids:
    """A list of ids."""

    def check(self, field: str, value: Any) -> None:
        """Raise `BadRequest` for anything but a list of texts."""
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise _wrong(field, "a list of ids")

    def schema(self) -> Json:
        """Return the same as JSON Schema."""
        return {"type": "array", "items": {"type": "string"}}


def check_fields(values: Any, rules: Mapping[str, Rule], place: str = "") -> Json:
    """Return `values`, a mapping whose fields all have a rule and keep it; null is taken as not given.

    Raises `BadRequest` with the name of the field, and its bounds where it has some.
    """
    if not isinstance(values, dict):
        raise _wrong(place.rstrip(".") or "body", "a JSON object")
    for name, value in values.items():
        if name not in rules:
            raise BadRequest(f"{place}{name} is not a field of this request", field=f"{place}{name}")
        if value is not None:
            rules[name].check(place + name, value)
    return values


def schema_of(rules: Mapping[str, Rule], *required: str) -> Json:
    """Return the JSON Schema of a body with these fields; those that are not required may be null."""
    shapes = {name: rule.schema() for name, rule in rules.items()}
    properties = {
        name: shape if name in required else {"anyOf": [shape, {"type": "null"}]} for name, shape in shapes.items()
    }
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def _is_unicode(value: str) -> bool:
    """Half of a pair that stands alone comes through Python's JSON, and no store or provider takes it."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _wrong(field: str, wanted: str, **bounds: Any) -> BadRequest:
    return BadRequest(f"{field} must be {wanted}", field=field, **bounds)
