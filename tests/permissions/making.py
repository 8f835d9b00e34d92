"""Actions and policies for tests, with what does not matter filled in."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from madang.permissions.decision import decide
from madang.permissions.grammar import parse
from madang.permissions.rulebook import rulebook
from madang.permissions.types import Decision, Grant, Places, Policy, RuleSource, SourcedRule, Workspace
from madang.system.types import Action, Actor, Kind, PathUse, Program, Sandbox, Touched

HOME = "/home/min"
FOLDER = f"{HOME}/work"
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PLACES = Places(
    HOME,
    {"f1": Workspace(FOLDER, True), "f2": Workspace(f"{HOME}/looked-at", False)},
    secret=(f"{HOME}/.local/share/madang", f"{HOME}/keys"),
)
USES: dict[str, PathUse] = {"fs.read": "read", "fs.list": "list", "fs.write": "write", "fs.delete": "delete"}


def touched(path: str, use: PathUse = "read", **facts: Any) -> Touched:
    """A path in the opened folder, or absolute, at which a file lies."""
    absolute = path if path.startswith("/") else f"{FOLDER}/{path}".rstrip("/")
    inside = absolute.startswith(FOLDER)
    relative = absolute[len(FOLDER) + 1 :] if inside else ""
    given = Touched(use, "f1" if inside else "", relative, absolute, absolute, "file", 1, 2, 3, 1)
    return replace(given, **facts)


def file_action(kind: Kind, path: str, **facts: Any) -> Action:
    return Action(kind, Actor("run", "r1"), "r1", paths=(touched(path, USES[kind], **facts),))


def program_action(*argv: str, tier: Any = 3, network: bool = False, cwd: str = "", exe: str = "") -> Action:
    path = exe or (argv[0] if argv[0].startswith("/") else f"/usr/bin/{argv[0]}")
    where = touched(cwd, "cwd", type="folder")
    return Action(
        "exec", Actor("run", "r1"), "r1", paths=(where,), program=Program(path, "0" * 64, 1, 2), argv=argv,
        cwd=where.path, sandbox=Sandbox(tier, network),
    )  # fmt: skip


def fetch_action(url: str) -> Action:
    return Action("fetch", Actor("run", "r1"), "r1", url=url, method="GET")


def sourced(text: str, kind: Any = "user", folder: str = "", grant: Grant | None = None) -> SourcedRule:
    return SourcedRule(parse(text), RuleSource("grant" if grant else kind, grant.id if grant else text, folder), grant)


def policy(*rules: str | SourcedRule, **facts: Any) -> Policy:
    given = Policy(rulebook(sourced(one) if isinstance(one, str) else one for one in rules), "ask", PLACES, NOW)
    return replace(given, **facts)


def granted(rule: str, scope: Any = "run", subject: str = "r1", **facts: Any) -> SourcedRule:
    return sourced(rule, grant=Grant("g1", scope, subject, parse(rule), **facts))


def judged(action: Action, rules: Iterable[str | SourcedRule] = (), **facts: Any) -> Decision:
    return decide(action, policy(*rules, **facts))
