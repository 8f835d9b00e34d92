"""Rules, where they come from, and what a decision says: values only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from madang.system.types import Kind, Taint, Tier

Effect = Literal["allow", "ask", "deny"]
Mode = Literal["chat", "read", "ask", "workspace", "unattended"]
SourceKind = Literal["hard", "machine", "start", "user", "folder", "grant", "builtin", "mode"]
"""Strongest first: fixed in Madang, /etc/madang/policy.toml, how it was started, the person's rules, files of an opened
folder (they only ask and deny), what was allowed for a while, Madang's own templates, the mode."""
GrantScope = Literal["once", "run", "conversation", "workspace", "job", "always"]
Base = Literal["ws", "home", "abs"]
TokenKind = Literal["literal", "flag", "path_read", "path_write", "int", "word", "text"]
ConditionKind = Literal["mode", "tier", "tainted", "untainted", "unattended", "size"]


@dataclass(frozen=True, slots=True)
class PathPattern:
    """Paths by component, from opened folders, the home folder or the top. `**` stands for any number of components."""

    base: Base
    segments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """One place in a template. `text` is the literal, or the flag or the name of the list of flags; `many`: any number
    of them, also none."""

    kind: TokenKind
    text: str = ""
    many: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """A program by its absolute path, and what its words may be."""

    exe: str
    tokens: tuple[Token, ...] = ()


@dataclass(frozen=True, slots=True)
class UrlPattern:
    """Addresses of one host, or of all below it (`below`), from a path on. `port` is None for the scheme's own."""

    scheme: str
    host: str
    below: bool = False
    port: int | None = None
    segments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ToolName:
    """A tool of a server, in the very form that `hash` stands for."""

    server: str
    hash: str
    name: str


@dataclass(frozen=True, slots=True)
class Anything:
    """All of a kind; only what asks or denies may say so."""


Matcher = PathPattern | Template | UrlPattern | ToolName | Anything


@dataclass(frozen=True, slots=True)
class Condition:
    """When a rule counts. `value` is the mode, the tier or the bytes; empty for the others."""

    kind: ConditionKind
    value: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `until` is an aware time; from then on the rule does not count."""

    effect: Effect
    kind: Kind
    matcher: Matcher
    conditions: tuple[Condition, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RuleSource:
    """Where a rule comes from: `id` is the rule's, grant's or file's; `folder` the opened folder it is bound to."""

    kind: SourceKind
    id: str = ""
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a person allowed beyond one time, bound to a run, a conversation, a folder or a job (`subject`).

    It covers either what `rule` says or the one action with `digest`. `taint` is what the run had met by then. `uses`
    counts how often it was used, `most_uses` how often it may be.
    """

    id: str
    scope: GrantScope
    subject: str
    rule: Rule | None = None
    digest: str = ""
    taint: tuple[Taint, ...] = ()
    expires_at: datetime | None = None
    uses: int = 0
    most_uses: int | None = None


@dataclass(frozen=True, slots=True)
class SourcedRule:
    """A rule with its source, and with its grant where it comes from one."""

    rule: Rule
    source: RuleSource
    grant: Grant | None = None


class Rulebook(Protocol):
    """Rules put in order to be found fast. It never changes."""

    def for_path(self, kinds: Iterable[Kind], spots: Iterable[tuple[str, ...]]) -> Iterable[SourcedRule]: ...

    def for_program(self, paths: Iterable[str]) -> Iterable[SourcedRule]: ...

    def for_host(self, host: str) -> Iterable[SourcedRule]: ...

    def of_kind(self, kind: Kind) -> Iterable[SourcedRule]: ...


@dataclass(frozen=True, slots=True)
class Workspace:
    """An opened folder: its absolute path without links. `writable`: opened to be written in, and so trusted."""

    path: str
    writable: bool


@dataclass(frozen=True, slots=True)
class Places:
    """What the rules must know of this machine; absolute paths without links.

    `secret` are folders and files nobody but the person may touch, whatever the rules (the data folder, key files,
    sockets of agents). `folds_case`: the file system takes `A` for `a` and does not tell the forms of Unicode apart.
    """

    home: str
    folders: Mapping[str, Workspace] = field(default_factory=dict)
    secret: tuple[str, ...] = ()
    folds_case: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """All that a decision depends on besides the action.

    `conversation` and `job` are those the action belongs to. `required_tier` is the least that must hold a program.
    `parks`: what asks and finds nobody waits; else it is denied. `grants` with a digest are looked up here, those with
    a rule stand in `rules`.
    """

    rules: Rulebook
    mode: Mode
    places: Places
    now: datetime
    grants: tuple[Grant, ...] = ()
    conversation: str = ""
    job: str = ""
    required_tier: Tier = 1
    unattended: bool = False
    parks: bool = True
    version: int = 0


@dataclass(frozen=True, slots=True)
class Reason:
    """A sentence as key of the locales and its values; `permissions.why.` stands before `key`."""

    key: str
    params: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What may happen, and what said so.

    `code` is for programs: it is also the reason's key. `rule` is the deciding rule's text, empty where none was.
    `only_once`: a person may allow it this time and no longer. `grant` is the id of the grant that was used.
    """

    effect: Effect
    code: str
    source: RuleSource
    rule: str = ""
    because: tuple[Reason, ...] = ()
    only_once: bool = False
    grant: str = ""
