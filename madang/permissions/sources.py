"""Where rules come from, and in which form each counts: lines are read, and what cannot be read denies."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from madang.permissions.grammar import Unread, denials, parse_or_deny
from madang.permissions.grants.types import StoredGrant
from madang.permissions.types import Grant, Rule, RuleSource, SourcedRule

FOLDER_FILE = ".madang/policy"
"""The file of an opened folder with rules that ask and deny, one a line; `#` begins a remark."""
WarningCode = Literal["unread", "folder_allows", "not_roots"]


@dataclass(frozen=True, slots=True)
class PolicyWarning:
    """A line that does not count as it was meant. `problem` says why it could not be read."""

    code: WarningCode
    source: RuleSource
    text: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A rule's text and where it is from."""

    text: str
    source: RuleSource


@dataclass(frozen=True, slots=True)
class Read:
    """What came of lines."""

    rules: tuple[SourcedRule, ...]
    warnings: tuple[PolicyWarning, ...]


def read_lines(lines: Iterable[Line]) -> Read:
    """Read rules. What a folder's file would allow is left out: a folder can only ask for more care."""
    rules: list[SourcedRule] = []
    warnings: list[PolicyWarning] = []
    for line in lines:
        found = parse_or_deny(line.text)
        if isinstance(found, Unread):
            rules += [SourcedRule(rule, line.source) for rule in denials(found)]
            warnings.append(PolicyWarning("unread", line.source, line.text, found.error.code))
        elif line.source.kind == "folder" and found.effect == "allow":
            warnings.append(PolicyWarning("folder_allows", line.source, line.text))
        else:
            rules.append(SourcedRule(found, line.source))
    return Read(tuple(rules), tuple(warnings))


def lines_of_folder(folder_id: str, content: bytes) -> Iterator[Line]:
    """Give the lines of a folder's file."""
    for line in content.decode("utf-8", "replace").splitlines():
        text = line.strip()
        if text and not text.startswith("#"):
            yield Line(text, RuleSource("folder", FOLDER_FILE, folder_id))


def rules_of_grants(grants: Iterable[StoredGrant]) -> Iterator[SourcedRule]:
    """Give the rules of grants. One that cannot be read allows nothing."""
    for grant in grants:
        found = parse_or_deny(grant.rule)
        if isinstance(found, Rule):
            yield granted(grant, found)


def granted(grant: StoredGrant, rule: Rule) -> SourcedRule:
    """Return the rule of a grant, bound to what it was given for."""
    folder = grant.subject if grant.scope == "workspace" else ""
    bound = Grant(
        grant.id, grant.scope, grant.subject, rule, taint=grant.taint, expires_at=grant.expires_at, uses=grant.uses
    )
    return SourcedRule(rule, RuleSource("grant", grant.id, folder), bound)
