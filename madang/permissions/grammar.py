"""Rules as text: `allow fs.read(ws:notes/**) when mode=ask until 2027-01-01T00:00:00Z`, read and written back."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, get_args

from madang.permissions.matchers import RuleError, read_matcher, written_matcher
from madang.permissions.types import (
    Anything,
    Condition,
    Effect,
    Mode,
    PathPattern,
    Rule,
    Template,
    ToolName,
    UrlPattern,
)
from madang.system.types import Kind

LONGEST_RULE: Final = 8192
MATCHER_OF: Final[dict[Kind, type]] = {
    "fs.read": PathPattern,
    "fs.list": PathPattern,
    "fs.write": PathPattern,
    "fs.delete": PathPattern,
    "watch": PathPattern,
    "exec": Template,
    "fetch": UrlPattern,
    "mcp": ToolName,
}
"""What stands in the parentheses; the other kinds take only `*`, and so cannot be allowed by a rule."""
_EFFECTS: Final = {str(effect): effect for effect in get_args(Effect)}
_KINDS: Final = {str(kind): kind for kind in get_args(Kind)}
_HEAD = re.compile(r"(\S+) +([^\s(]+)\(")
_TAIL = re.compile(r"\)(?: +when +(?P<when>.+?))?(?: +until +(?P<until>\S+))?$")
_VALUED = (re.compile(r"(mode)=([a-z]+)"), re.compile(r"(tier)>=([0-3])"), re.compile(r"(size)<([0-9]{1,15})"))
_PLAIN: Final = {"tainted": "tainted", "!tainted": "untainted", "unattended": "unattended"}


@dataclass(frozen=True, slots=True)
class Unread:
    """A line that is no rule: shown, and a denial of all of `kind`, or of everything where that is None."""

    text: str
    error: RuleError
    kind: Kind | None


def parse(text: str) -> Rule:
    """Read one rule. Raises `RuleError` with the place of what is wrong."""
    text = text.strip(" ")
    if len(text) > LONGEST_RULE:
        raise RuleError("too_long", LONGEST_RULE)
    if place := next((place + 1 for place, char in enumerate(text) if not char.isprintable()), 0):
        raise RuleError("control", place - 1)
    if (head := _HEAD.match(text)) is None:
        raise RuleError("form", 0)
    effect, kind = _EFFECTS.get(head[1]), _KINDS.get(head[2])
    if effect is None:
        raise RuleError("effect", 0)
    if kind is None:
        raise RuleError("kind", head.start(2))
    tail = _tail(text, head.end())
    matcher = read_matcher(text[head.end() : tail.start()], head.end(), MATCHER_OF.get(kind, Anything), effect)
    return Rule(effect, kind, matcher, _conditions(tail), _until(tail))


def parse_or_deny(text: str) -> Rule | Unread:
    """Read one rule; what cannot be read is returned as the denial it counts as."""
    try:
        return parse(text)
    except RuleError as error:
        head = _HEAD.match(text.strip(" "))
        return Unread(text, error, _KINDS.get(head[2]) if head else None)


def denials(unread: Unread) -> tuple[Rule, ...]:
    """Return the rules that a line which cannot be read counts as."""
    kinds = (unread.kind,) if unread.kind else tuple(_KINDS.values())
    return tuple(Rule("deny", kind, Anything()) for kind in kinds)


def written(rule: Rule) -> str:
    """Return a rule's text; `parse` gives the same rule again."""
    when = " and ".join(_written_condition(condition) for condition in rule.conditions)
    until = f" until {rule.until.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%SZ')}" if rule.until else ""
    return f"{rule.effect} {rule.kind}({written_matcher(rule.matcher)}){' when ' + when if when else ''}{until}"


def _tail(text: str, start: int) -> re.Match[str]:
    """Find the closing parenthesis: the last one after which only conditions and a time follow."""
    place = text.rfind(")")
    while place >= start:
        if tail := _TAIL.match(text, place):
            return tail
        place = text.rfind(")", start, place)
    last = text.rfind(")")
    raise RuleError("tail", last) if last >= start else RuleError("unclosed", len(text))


def _conditions(tail: re.Match[str]) -> tuple[Condition, ...]:
    if tail["when"] is None:
        return ()
    found, place = [], tail.start("when")
    for text in tail["when"].split(" and "):
        found.append(_condition(text.strip(" "), place))
        place += len(text) + len(" and ")
    return tuple(found)


def _condition(text: str, place: int) -> Condition:
    if plain := _PLAIN.get(text):
        return Condition(plain)  # type: ignore[arg-type]
    for form in _VALUED:
        if found := form.fullmatch(text):
            if found[1] == "mode" and found[2] not in get_args(Mode):
                break
            value = found[2] if found[1] == "mode" else str(int(found[2]))
            return Condition(found[1], value)  # type: ignore[arg-type]
    raise RuleError("condition", place)


def _written_condition(condition: Condition) -> str:
    signs = {"mode": "mode=", "tier": "tier>=", "size": "size<", "untainted": "!tainted"}
    return signs.get(condition.kind, condition.kind) + condition.value


def _until(tail: re.Match[str]) -> datetime | None:
    if tail["until"] is None:
        return None
    try:
        found = datetime.fromisoformat(tail["until"])
        if found.tzinfo is not None:
            return found.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        pass
    raise RuleError("until", tail.start("until"))
