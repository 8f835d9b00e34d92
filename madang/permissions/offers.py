"""How far a person may allow something: this once, or also for longer, and the very rule that would be kept."""

from dataclasses import dataclass

from madang.permissions.case import case_of
from madang.permissions.decision import decide
from madang.permissions.grammar import parse, written
from madang.permissions.matchers import RuleError
from madang.permissions.templates.flags import OPEN_ENDED
from madang.permissions.types import Decision, GrantScope, PathPattern, Policy, Rule, Template, Token
from madang.permissions.urls import address
from madang.system.types import Action


@dataclass(frozen=True, slots=True)
class Offer:
    """`scope` with the rule that would be kept, as text, or with nothing where only this one time is allowed."""

    scope: GrantScope
    rule: str = ""


def offers(action: Action, decision: Decision, policy: Policy) -> tuple[Offer, ...]:
    """Return what a person may choose for a question, the narrowest first.

    A rule is offered only where it would have answered: not for what is always asked about. For always only reading
    in opened folders is offered; the network, programs that run what they are told, and places outside never are.
    """
    once = Offer("once")
    if decision.effect != "ask" or decision.only_once or decision.source.kind == "hard":
        return (once,)
    rule = _rule_for(action, policy)
    if rule is None or decision.source.kind not in ("mode", "builtin"):
        return (once,)
    text = written(rule)
    scopes: list[GrantScope] = ["run"] if action.run else []
    scopes += ["conversation"] if policy.conversation else []
    inside = all(spot.workspace for spot in case_of(action, policy).paths)
    if inside and action.paths and action.kind != "exec":
        scopes.append("workspace")
    if inside and action.kind in ("fs.read", "fs.list") and action.paths:
        scopes.append("always")
    return (once, *(Offer(scope, text) for scope in scopes))


def scopes_by_hand(rule: Rule) -> tuple[GrantScope, ...]:
    """Return how far a person may allow a rule they wrote: as far as a question for it can go, and for a job."""
    matcher = rule.matcher
    if rule.effect != "allow" or not (rule.kind.startswith("fs.") or rule.kind in ("exec", "fetch")):
        return ()
    if isinstance(matcher, Template) and _is_open_ended(matcher.exe):
        return ()
    scopes: list[GrantScope] = ["run", "conversation", "job"]
    if isinstance(matcher, PathPattern) and matcher.base == "ws":
        scopes += ["workspace", "always"] if rule.kind in ("fs.read", "fs.list") else ["workspace"]
    return tuple(scopes)


def may_keep(scope: GrantScope, action: Action, policy: Policy, rule: str) -> bool:
    """Say whether a scope was among what is offered, with exactly this rule."""
    return Offer(scope, rule) in offers(action, decide(action, policy), policy)


def _rule_for(action: Action, policy: Policy) -> Rule | None:
    """Return the narrowest rule that covers an action, if there is one that reads back the same."""
    rule = _draft(action, policy)
    try:
        return rule if rule is not None and parse(written(rule)) == rule else None
    except RuleError:
        return None


def _draft(action: Action, policy: Policy) -> Rule | None:
    if action.kind == "exec":
        return _program_rule(action)
    if action.kind == "fetch":
        return _fetch_rule(action)
    if not action.kind.startswith("fs.") or len(action.paths) != 1:
        return None
    found = case_of(action, policy).paths[0]
    spot = next((one for one in found.said if one.folder and one.folder == found.workspace), found.said[0])
    if any("*" in part or "?" in part for part in spot.parts):
        return None
    return Rule("allow", action.kind, PathPattern(spot.base, spot.parts or ("**",)))


def _program_rule(action: Action) -> Rule | None:
    if action.program is None or _is_open_ended(action.program.path):
        return None
    return Rule("allow", "exec", Template(action.program.path, tuple(Token("literal", one) for one in action.argv[1:])))


def _is_open_ended(path: str) -> bool:
    return path.rsplit("/", 1)[1].rstrip("0123456789.") in OPEN_ENDED


def _fetch_rule(action: Action) -> Rule | None:
    found = address(action.url)
    if found is None or not found.is_clear:
        return None
    try:
        return parse(f"allow fetch({found.scheme}://{found.host}:{found.port})")
    except RuleError:
        return None
