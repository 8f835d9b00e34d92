"""The part of JSON Schema that the engine holds a model to, and the check of what it wrote."""

import re
from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

_MOST_ITEMS = 16
"""Of a list whose length nobody bounds: a small model otherwise goes on until its last token."""
_MOST_DEPTH = 24
_KEPT: dict[str, type | tuple[type, ...]] = {
    "type": (str, list), "enum": list, "const": object, "required": list, "minItems": int, "maxItems": int,
    "minimum": (int, float), "maximum": (int, float), "minLength": int, "maxLength": int,
}  # fmt: skip
_FORMATS = frozenset({"date", "time", "date-time", "uuid"})
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict, "array": list,
    "null": type(None),
}  # fmt: skip


def tamed(schema: object, root: Mapping[str, Any] | None = None, depth: int = 0) -> Schema:
    """Return a schema with its references resolved, its lists bounded and its digits as the engine knows them.

    Raises `ValueError` where it is no schema, refers to nothing, or goes on without an end.
    """
    if schema is True:
        return {}
    if not isinstance(schema, dict) or depth > _MOST_DEPTH:
        raise ValueError("a schema that cannot be followed")
    root = schema if root is None else root
    if (name := schema.get("$ref")) is not None:
        return tamed(_found(str(name), root), root, depth + 1)
    kept: Schema = {name: value for name, value in schema.items() if isinstance(value, _KEPT.get(name, ()))}
    for name in ("anyOf", "oneOf", "allOf"):
        if isinstance(choices := schema.get(name), list):
            kept["allOf" if name == "allOf" else "anyOf"] = [tamed(one, root, depth + 1) for one in choices]
    return kept | _of_text(schema) | _of_list(schema, root, depth) | _of_object(schema, root, depth)


def fits(value: object, schema: Mapping[str, Any]) -> bool:
    """Say whether a value keeps to a tamed schema.

    Patterns are left to the engine: one of somebody else's may take forever.
    """
    if "const" in schema and value != schema["const"]:
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    if (kinds := schema.get("type")) is not None and not _is_of(value, kinds):
        return False
    if "anyOf" in schema and not any(fits(value, one) for one in schema["anyOf"]):
        return False
    if not all(fits(value, one) for one in schema.get("allOf", ())):
        return False
    return _fits_bounds(value, schema) and _fits_parts(value, schema)


def _found(name: str, root: Mapping[str, Any]) -> object:
    if not name.startswith("#"):
        raise ValueError("a reference to another document")
    found: object = root
    for step in name.removeprefix("#").strip("/").split("/"):
        if step:
            found = found.get(step) if isinstance(found, dict) else None
    return found


def _of_text(schema: Mapping[str, Any]) -> Schema:
    kept: Schema = {"format": schema["format"]} if schema.get("format") in _FORMATS else {}
    pattern = schema.get("pattern")
    if isinstance(pattern, str) and pattern.startswith("^") and pattern.endswith("$"):
        # Inside brackets the range stands without brackets of its own.
        digits = re.sub(r"\[[^\]]*\]", lambda found: found[0].replace(r"\d", "0-9"), pattern)
        kept["pattern"] = digits.replace(r"\d", "[0-9]")
    return kept


def _of_list(schema: Mapping[str, Any], root: Mapping[str, Any], depth: int) -> Schema:
    kinds = schema.get("type")
    if kinds != "array" and not (isinstance(kinds, list) and "array" in kinds) and "items" not in schema:
        return {}
    least = schema.get("minItems") if isinstance(schema.get("minItems"), int) else 0
    most = schema.get("maxItems") if isinstance(schema.get("maxItems"), int) else max(_MOST_ITEMS, least or 0)
    return {"items": tamed(schema.get("items", True), root, depth + 1), "maxItems": most}


def _of_object(schema: Mapping[str, Any], root: Mapping[str, Any], depth: int) -> Schema:
    inner = schema.get("properties")
    more = schema.get("additionalProperties")
    kept: Schema = {}
    if isinstance(inner, dict):
        kept["properties"] = {name: tamed(one, root, depth + 1) for name, one in inner.items()}
    if isinstance(more, dict):
        kept["additionalProperties"] = tamed(more, root, depth + 1)
    elif kept or more is False:
        kept["additionalProperties"] = False
    return kept


def _is_of(value: object, kinds: object) -> bool:
    names = kinds if isinstance(kinds, list) else [kinds]
    if isinstance(value, bool):
        return "boolean" in names
    return any(isinstance(value, _TYPES.get(str(name), ())) for name in names)


def _fits_bounds(value: object, schema: Mapping[str, Any]) -> bool:
    if isinstance(value, bool):
        return True
    if isinstance(value, int | float):
        return _between(value, schema.get("minimum"), schema.get("maximum"))
    if isinstance(value, str):
        return _between(len(value), schema.get("minLength"), schema.get("maxLength"))
    if isinstance(value, list):
        return _between(len(value), schema.get("minItems"), schema.get("maxItems"))
    return True


def _between(number: float, least: object, most: object) -> bool:
    is_enough = not isinstance(least, int | float) or number >= least
    return is_enough and (not isinstance(most, int | float) or number <= most)


def _fits_parts(value: object, schema: Mapping[str, Any]) -> bool:
    if isinstance(value, list):
        return all(fits(one, schema.get("items", {})) for one in value)
    if not isinstance(value, dict):
        return True
    known, more = schema.get("properties", {}), schema.get("additionalProperties")
    if any(name not in value for name in schema.get("required") or ()):
        return False
    if more is False and not value.keys() <= known.keys():
        return False
    return all(fits(one, known.get(name, more or {})) for name, one in value.items())
