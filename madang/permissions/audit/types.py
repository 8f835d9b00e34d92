"""An entry of the audit, the end of a chain, and what is found wrong with one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

EntryKind = Literal[
    "intent", "outcome", "denied", "asked", "decided", "expired", "unknown", "rule_added", "rule_removed",
    "granted", "revoked", "mode", "paused", "resumed",
]  # fmt: skip
Problem = Literal["changed", "missing", "cut_off", "head_unreadable", "effect_missing", "effect_changed", "unrecorded"]
"""`changed`: an entry is not as it was written. `missing`: a number has no entry. `cut_off`: the last entries are gone.
`effect_…`: an effect that was recorded is gone or another one; `unrecorded`: an effect has no entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `about` is the id of the effect, question, rule, grant or run it is about."""

    id: str
    chain: str
    number: int
    at: datetime
    kind: EntryKind
    about: str
    entry: Mapping[str, Any]
    mac: str


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain has come: the number and the `mac` of its last entry; 0 and empty where it has none."""

    number: int = 0
    mac: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong, with the number of the entry or the id of the effect."""

    problem: Problem
    number: int | None = None
    effect: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at and found. `others` counts the entries of chains whose keys are not here."""

    entries: int
    effects: int
    others: int
    findings: tuple[Finding, ...]

    @property
    def is_sound(self) -> bool:
        return not self.findings
