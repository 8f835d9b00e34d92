"""What each mode answers where no rule does."""

from dataclasses import dataclass
from typing import Final, Literal

from madang.permissions.types import Effect, Mode
from madang.system.types import Kind, Tier

Doing = Literal["read", "write", "template", "program", "fetch", "other"]
"""What is done, as the modes tell it apart: a program that fits a template only reads."""


@dataclass(frozen=True, slots=True)
class Answers:
    """One mode: what it answers inside opened folders, `outside` them, and whether a rule may allow what it denies.

    `tier`: the least that holds a program that is answered with `allow` without a template.
    """

    inside: dict[Doing, Effect]
    outside: Effect
    bends: bool
    tier: Tier


MODES: Final[dict[Mode, Answers]] = {
    "chat": Answers(
        {"read": "deny", "write": "deny", "template": "deny", "program": "deny", "fetch": "deny", "other": "deny"},
        "deny", False, 0,
    ),
    "read": Answers(
        {"read": "allow", "write": "deny", "template": "allow", "program": "deny", "fetch": "deny", "other": "deny"},
        "deny", False, 1,
    ),
    "ask": Answers(
        {"read": "allow", "write": "ask", "template": "allow", "program": "ask", "fetch": "ask", "other": "ask"},
        "ask", True, 1,
    ),
    "workspace": Answers(
        {"read": "allow", "write": "allow", "template": "allow", "program": "allow", "fetch": "ask", "other": "ask"},
        "ask", True, 3,
    ),
    "unattended": Answers(
        {"read": "ask", "write": "ask", "template": "ask", "program": "ask", "fetch": "ask", "other": "ask"},
        "deny", False, 1,
    ),
}  # fmt: skip


def doing(kind: Kind, is_template: bool = False) -> Doing:
    """Say what an action of a kind does."""
    if kind == "exec":
        return "template" if is_template else "program"
    return _DOING.get(kind, "other")


def answer(mode: Mode, what: Doing, is_inside: bool) -> Effect:
    """Return a mode's own answer. Places count for files and programs only."""
    answers = MODES[mode]
    if is_inside or what in ("fetch", "other"):
        return answers.inside[what]
    return answers.outside


_DOING: Final[dict[Kind, Doing]] = {
    "fs.read": "read", "fs.list": "read", "fs.write": "write", "fs.delete": "write", "fetch": "fetch",
}  # fmt: skip
