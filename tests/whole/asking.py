"""What every answer of the API has to be, whatever was asked: never a 5xx, one shape for errors, no echo."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from madang.errors import named

SHAPE = {"code", "message", "details", "id"}
MARKS_OF_A_TRACE = ("Traceback (most recent", 'File "', "site-packages", "sqlalchemy.", "psycopg.")
SHORTEST_ECHO = 8
EXPECTED_5XX = (502, 503)
"""The provider that was asked is not there, or nothing can answer at the moment: neither is a fault of ours."""
NAMES_NOTHING = (400, 413, 415, 422)
"""What could not be read is never repeated; what is not there may be named, if it looks like a name at all."""


def fault_of(status: int, headers: Mapping[str, str], text: str, sent: set[str], known: str) -> str | None:
    """Say what is wrong with an answer, or None. `sent` are the values of the request, `known` the words that the
    description of the API holds anyway."""
    if status >= 500 and status not in EXPECTED_5XX:
        return f"{status}: {text[:300]}"
    if status < 400:
        return None
    if any(mark in text for mark in MARKS_OF_A_TRACE):
        return f"a stack trace: {text[:300]}"
    if not headers.get("content-type", "").startswith("application/json"):
        return f"{status} as {headers.get('content-type')}: {text[:300]}"
    error = json.loads(text).get("error", {})
    if set(error) != SHAPE or not error["code"] or not error["id"]:
        return f"another shape: {text[:300]}"
    # Codes are words of ours; somebody may well send one of them.
    said = json.dumps([error["message"], error["details"]], ensure_ascii=False)
    echoed = [value for value in sent if len(value) >= SHORTEST_ECHO and value not in known and value in said]
    if status not in NAMES_NOTHING:
        echoed = [value for value in echoed if named(value) != value]
    return f"an echo of {echoed}: {text[:300]}" if echoed else None


def strings_in(value: object) -> Iterator[str]:
    """Every string in a JSON value, as it was and decoded, and the keys that do not look like names of fields."""
    match value:
        case str():
            yield from {value, unquote(value)}
        case dict():
            for key, inner in value.items():
                yield from strings_in(key) if named(key) != key else ()
                yield from strings_in(inner)
        case list() | tuple():
            for inner in value:
                yield from strings_in(inner)
        case _:
            return


def operations(description: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and description of every operation."""
    return [
        (method.upper(), path, operation)
        for path, item in description["paths"].items()
        for method, operation in item.items()
    ]
