"""What is wrong with a chain of entries, and with the effects it tells of. Pure."""

import hmac
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from madang.permissions.audit.types import Entry, Finding, Head


def check_chain(entries: Sequence[Entry], mac: Callable[[str, Entry], str], head: Head | None) -> Iterator[Finding]:
    """Give what was edited, taken out, moved or cut off. `entries` come by number; `head` is what was remembered."""
    previous, expected = "", 1
    for entry in entries:
        if entry.number != expected:
            yield Finding("missing", expected)
        sealed = mac(previous, entry)
        if not hmac.compare_digest(sealed.encode(), entry.mac.encode(errors="replace")):
            yield Finding("changed", entry.number)
        previous, expected = entry.mac, entry.number + 1
    yield from _check_end(entries, head)


def check_effects(
    entries: Sequence[Entry], effects: Sequence[tuple[str, str, str]], *, is_only: bool
) -> Iterator[Finding]:
    """Give the effects, as id, digest and state, that are not as the entries have them.

    Where there are other chains, an effect may have its entry there, or its end told there; so that is left.
    """
    told: dict[str, tuple[str, str]] = {}
    for entry in entries:
        if entry.kind in {"intent", "denied"}:
            told[entry.about] = (_text(entry.entry, "digest"), "denied" if entry.kind == "denied" else "intent")
        elif entry.kind in {"outcome", "unknown"} and entry.about in told:
            told[entry.about] = (told[entry.about][0], _text(entry.entry, "state"))
    for id, digest, state in effects:
        known = told.pop(id, None)
        if known is None and is_only:
            yield Finding("unrecorded", effect=id)
        elif known is not None and known != (digest, state) and (is_only or known[1] != "intent" or known[0] != digest):
            yield Finding("effect_changed", effect=id)
    yield from (Finding("effect_missing", effect=id) for id in told)


def _check_end(entries: Sequence[Entry], head: Head | None) -> Iterator[Finding]:
    """The chain may have grown since its end was remembered, and never is it shorter."""
    if head is None:
        yield Finding("head_unreadable")
    elif head.number:
        at_head = next((entry for entry in reversed(entries) if entry.number == head.number), None)
        if at_head is None:
            yield Finding("cut_off", head.number)
        elif at_head.mac != head.mac:
            yield Finding("changed", head.number)


def _text(entry: Any, name: str) -> str:
    value = entry.get(name) if isinstance(entry, dict) else None
    return value if isinstance(value, str) else ""
