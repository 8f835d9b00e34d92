"""Reads server-sent events as Madang writes them."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

Event = tuple[int, str, dict[str, Any]]


def events_in(lines: Iterable[str]) -> Iterator[Event]:
    """Yield the number, the kind and the data of each event, as its lines come in."""
    number, kind = 0, ""
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "id":
            number = int(value)
        elif name == "event":
            kind = value
        elif name == "data":
            yield number, kind, json.loads(value)
