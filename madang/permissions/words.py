"""Rules, decisions and faults in plain words: keys of the locales with their values, in which nothing is a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import assert_never

from madang.permissions.grammar import parse
from madang.permissions.matchers import RuleError, written_matcher, written_token
from madang.permissions.types import Anything, Condition, PathPattern, Reason, Rule, Template, ToolName, UrlPattern


@dataclass(frozen=True, slots=True)
class Words:
    """A rule as sentences: `key` takes the text of `subject` as its value `subject`; `conditions` follow it."""

    key: str
    subject: Reason
    conditions: tuple[Reason, ...] = field(default=())


def words_of_text(text: str) -> Words | None:
    """Return the words for a rule as it is written, or None where it can no longer be read."""
    try:
        return words_of(parse(text))
    except RuleError:
        return None


def words_of(rule: Rule) -> Words:
    """Return the words for a rule. Each key stands in both languages."""
    conditions = [_condition(one) for one in rule.conditions]
    if rule.until is not None:
        conditions.append(Reason("permissions.condition.until", {"time": rule.until.isoformat()}))
    return Words(f"permissions.rule.{rule.effect}", _subject(rule), tuple(conditions))


def why(reason: Reason) -> Reason:
    """Return a decision's reason with its whole key."""
    return Reason(f"permissions.why.{reason.key}", reason.params)


def _subject(rule: Rule) -> Reason:
    place, params = _place(rule)
    return Reason(f"permissions.subject.{rule.kind}{place}", params)


def _place(rule: Rule) -> tuple[str, Mapping[str, str | int]]:
    match rule.matcher:
        case Anything():
            return (".all", {})
        case PathPattern():
            return _path(rule.matcher)
        case Template(exe, tokens):
            name = exe.rsplit("/", 1)[1]
            return ("", {"command": " ".join((name, *map(written_token, tokens)))})
        case UrlPattern():
            return ("", {"address": written_matcher(rule.matcher)})
        case ToolName(server, _, name):
            return ("", {"server": server, "tool": name})
        case _:
            assert_never(rule.matcher)


def _path(pattern: PathPattern) -> tuple[str, Mapping[str, str | int]]:
    whole = pattern.segments[-1] == "**"
    path = "/".join(pattern.segments[:-1] if whole else pattern.segments)
    if pattern.base == "ws":
        return (".folders", {}) if whole and not path else (".folders_in" if whole else ".folders_at", {"path": path})
    start = "~" if pattern.base == "home" else ""
    return (".in" if whole else ".at", {"path": f"{start}/{path}".rstrip("/") or "/"})


def _condition(one: Condition) -> Reason:
    params = {"mode": {"mode": one.value}, "tier": {"tier": one.value}, "size": {"bytes": one.value}}
    return Reason(f"permissions.condition.{one.kind}", params.get(one.kind, {}))
