"""Whether an action may be done: deny over ask over allow over the mode's own answer. Pure, and the same every time."""

from collections.abc import Iterator, Mapping
from functools import cache

from madang.permissions import hard, programs
from madang.permissions.case import MOST_COMPARED, Case, TooManyRules, case_of
from madang.permissions.conditions import in_force
from madang.permissions.grammar import written
from madang.permissions.modes import MODES, answer, doing
from madang.permissions.spots import Spots, spots, takes_all_below
from madang.permissions.templates.builtin import BuiltIn, built_in
from madang.permissions.templates.match import Fit, is_bounded
from madang.permissions.types import Decision, Effect, Policy, Reason, RuleSource, SourcedRule, Template
from madang.system.types import Action, Touched

MOST_PATHS = 10_002  # what an archive may hold, itself, and the folder it becomes
LONGEST = 4096
_HARD = RuleSource("hard")
_LEAK = frozenset(["untrusted", "private"])


def decide(action: Action, policy: Policy) -> Decision:
    """Judge an action. What it returns depends on the two arguments only."""
    if not is_bounded(action.argv) or len(action.paths) > MOST_PATHS or _is_long(action):
        return _hard("deny", "too_long")
    case = case_of(action, policy)
    if found := next(_hard_denials(case), None):
        return found
    if action.actor.kind == "person":
        machine = (one for one in _rule_denials(case) if one.source.kind == "machine")
        return next(machine, None) or _said("allow", "by_hand", RuleSource("mode", policy.mode))
    try:
        found = next(_denials(case), None)
        return found or _unasked(next(_questions(case), None) or _rest(case), policy)
    except TooManyRules:
        return _hard("deny", "too_many_rules", most=MOST_COMPARED)


def _is_long(action: Action) -> bool:
    return any(len(each.path) > LONGEST or len(each.real) > LONGEST for each in action.paths)


def _hard_denials(case: Case) -> Iterator[Decision]:
    if code := hard.action_denial(case.action):
        yield _hard("deny", code)
    by_hand = case.action.actor.kind == "person"
    for found in case.paths:
        # What a program finds below a folder that its words name counts with the opened folder it lies in.
        takes_below = case.action.kind != "exec"
        if code := hard.path_denial(found, case.policy.places, by_hand, takes_below):
            yield _hard("deny", code, path=found.touched.path)

    if case.action.kind == "exec" and not by_hand and (folder := case.policy.places.folders.get(case.workspace)):
        # Its sandbox shows it the opened folder whole.
        whole = spots(Touched("read", case.workspace, "", folder.path, folder.path, "folder"), case.policy.places)
        if code := hard.path_denial(whole, case.policy.places, by_hand):
            yield _hard("deny", code, path=folder.path)


def _denials(case: Case) -> Iterator[Decision]:
    yield from _rule_denials(case)
    yield from _mode_denials(case)
    sandbox = case.action.sandbox
    if case.action.kind == "exec" and sandbox and 0 < sandbox.tier < case.policy.required_tier:
        yield _hard("deny", "tier_too_low", tier=sandbox.tier, required=case.policy.required_tier)
    if _is_loose(case) and _is_unattended(case):
        yield _hard("deny", "unsandboxed")
    if _sends_secret(case) and _is_unattended(case):
        yield _hard("deny", "secret_outbound")


def _rule_denials(case: Case) -> Iterator[Decision]:
    for place, one in _strict_rules(case, "deny"):
        if not _only_below(case, place):
            yield _by_rule("deny", "rule_denies", one)


def _mode_denials(case: Case) -> Iterator[Decision]:
    for workspace, is_template in _grounds(case):
        mode = case.mode_in(workspace)
        if answer(mode, doing(case.action.kind, is_template), bool(workspace)) == "deny" and not MODES[mode].bends:
            code = "mode_denies" if mode == case.policy.mode else "folder_read_only"
            yield _said("deny", code, RuleSource("mode", mode))


def _grounds(case: Case) -> Iterator[tuple[str, bool]]:
    """Yield the opened folder, or none, of each thing the mode answers for, and whether a built-in template fits."""
    if case.is_file_action and case.paths:
        for found in case.paths:
            yield found.workspace, False
    else:
        yield case.workspace, case.action.kind == "exec" and _template(case) is not None


def _questions(case: Case) -> Iterator[Decision]:
    if _is_loose(case):
        yield _hard("ask", "unsandboxed", only_once=True)
    if _sends_secret(case):
        yield _hard("ask", "secret_outbound", only_once=True)
    if code := hard.action_question(case.action):
        yield _hard("ask", code)
    for found in case.paths:
        if code := hard.path_question(found):
            yield _hard("ask", code, path=found.touched.path)
    if _may_leak(case) and not _allowed_since(case):
        yield _hard("ask", "tainted")
    for _, one in _strict_rules(case, "ask"):
        yield _by_rule("ask", "rule_asks", one)
    for place, one in _strict_rules(case, "deny"):
        if _only_below(case, place):
            yield _by_rule("ask", "denied_below", one)
    if reached := _reached(case):
        yield from _questions_below(case, reached)


def _questions_below(case: Case, reached: Spots) -> Iterator[Decision]:
    try:
        for one in (*case.path_rules(reached, "deny"), *case.path_rules(reached, "ask")):
            yield _by_rule("ask", "denied_below", one)
    except TooManyRules:
        yield _hard("ask", "too_many_rules", most=MOST_COMPARED)


def _reached(case: Case) -> Spots | None:
    """Return the opened folder as a program can use it that may do anything there: all in it, in every way."""
    folder = case.policy.places.folders.get(case.workspace)
    if case.action.kind != "exec" or folder is None or _template(case):
        return None
    return spots(Touched("move_from", case.workspace, "", folder.path, folder.path, "folder"), case.policy.places)


def _strict_rules(case: Case, effect: Effect) -> Iterator[tuple[Spots | None, SourcedRule]]:
    """Yield the rules that deny or ask, with the path they speak of."""
    for found in case.paths:
        for one in case.path_rules(found, effect):
            yield found, one
    if not case.is_file_action:
        for one in case.whole_rules(effect):
            yield None, one


def _only_below(case: Case, found: Spots | None) -> bool:
    """Say whether a program was given a folder, of which it may read what is denied: that is a question."""
    return found is not None and case.action.kind == "exec" and takes_all_below(found.touched)


def _rest(case: Case) -> Decision:
    """Answer what nothing denies or asks about: by a grant, a rule, or the mode, the strictest for all it touches."""
    if granted := _granted(case):
        return granted
    if case.is_file_action and case.paths:
        found = [_path_answer(case, each) for each in case.paths]
        return next((one for one in found if one.effect != "allow"), found[0])
    return _whole_answer(case)


def _granted(case: Case) -> Decision | None:
    action, policy = case.action, case.policy
    of_digest = [grant for grant in policy.grants if grant.digest]
    if not of_digest:
        return None
    digest = action.digest
    for grant in of_digest:
        if grant.digest == digest and in_force(grant, action, policy, case.workspace):
            return Decision("allow", "grant_allows", RuleSource("grant", grant.id), grant=grant.id)
    return None


def _path_answer(case: Case, found: Spots) -> Decision:
    if one := next(_allowing(case, case.path_rules(found, "allow")), None):
        return _by_rule("allow", "rule_allows", one)
    mode = case.mode_in(found.workspace)
    return _by_mode(mode, answer(mode, doing(case.action.kind), bool(found.workspace)))


def _whole_answer(case: Case) -> Decision:
    for one in _allowing(case, case.whole_rules("allow")):
        if _arguments_allowed(case, one):
            return _by_rule("allow", "rule_allows", one)
    mode, what = case.mode_in(case.workspace), doing(case.action.kind, False)
    if case.action.kind == "exec" and (template := _template(case)):
        if answer(mode, "template", bool(case.workspace)) == "allow" and _tier(case) >= MODES["read"].tier:
            return _said("allow", "template_allows", RuleSource("builtin", template.name), name=template.name)
        what = "template"
    effect = answer(mode, what, bool(case.workspace))
    if case.action.kind == "exec" and effect == "allow" and _tier(case) < MODES[mode].tier:
        return _said("ask", "tier_asks", RuleSource("mode", mode), tier=_tier(case), required=MODES[mode].tier)
    return _by_mode(mode, effect)


def _allowing(case: Case, rules: Iterator[SourcedRule]) -> Iterator[SourcedRule]:
    """Leave out what does not count where nobody watches: only what was given to the job or run itself does."""
    for one in rules:
        if case.policy.mode != "unattended" or (one.grant is not None and one.grant.scope in ("job", "run")):
            yield one


def _template(case: Case) -> BuiltIn | None:
    """Return the built-in template that fits, when all it reads may be read."""
    found = programs.built_in_fit(case.action, _templates())
    if found is None or not _may_use(case, found[1]) or programs.reads_below(*found, case.action, case.policy.places):
        return None
    return found[0]


def _arguments_allowed(case: Case, one: SourcedRule) -> bool:
    if not isinstance(one.rule.matcher, Template):
        return True
    found = programs.covers(one.rule.matcher, "allow", case.action)
    return found is not None and _tier(case) >= 1 and _may_use(case, found)


def _may_use(case: Case, found: Fit) -> bool:
    """Say whether the paths among the words lie in opened folders, or are allowed by rules, and nothing is against."""
    return all(_may_use_path(case, one) for one in programs.arguments(found, case.action, case.policy.places))


def _may_use_path(case: Case, one: programs.Argument) -> bool:
    found = one.found
    if hard.path_denial(found, case.policy.places, False) or hard.path_question(found):
        return False
    if any(case.path_rules(found, "deny")) or any(case.path_rules(found, "ask")):
        return False
    folder = case.policy.places.folders.get(found.workspace)
    if one.writes:
        return folder is not None and folder.writable and not any(map(hard.is_protected, hard.both_ways(found)))
    return folder is not None or any(case.path_rules(found, "allow"))


def _may_leak(case: Case) -> bool:
    """Say whether somebody else's words could send the person's data out, or make it last, with this."""
    action = case.action
    if not set(action.taint) >= _LEAK:
        return False
    return _is_outbound(case) or action.kind in ("schedule", "memory")


def _is_outbound(case: Case) -> bool:
    action = case.action
    if action.kind == "mcp":
        return action.details.get("remote") is not False
    return action.kind == "fetch" or (action.kind == "exec" and bool(action.sandbox and action.sandbox.network))


def _sends_secret(case: Case) -> bool:
    return "secret" in case.action.taint and _is_outbound(case)


def _allowed_since(case: Case) -> bool:
    """Say whether a person allowed it in this very run after it had met both."""
    return any(
        one.grant is not None and one.grant.scope == "run" and set(one.grant.taint) >= _LEAK
        for one in case.whole_rules("allow")
    )


def _is_loose(case: Case) -> bool:
    return case.action.kind == "exec" and _tier(case) == 0


def _tier(case: Case) -> int:
    return case.action.sandbox.tier if case.action.sandbox else 0


def _is_unattended(case: Case) -> bool:
    return case.policy.unattended or case.policy.mode == "unattended"


def _unasked(found: Decision, policy: Policy) -> Decision:
    """Deny what would ask where the job says that nothing waits."""
    if found.effect == "ask" and not policy.parks:
        return Decision("deny", "nobody_to_ask", found.source, found.rule, (Reason("nobody_to_ask"), *found.because))
    return found


def _hard(effect: Effect, code: str, only_once: bool = False, **params: str | int) -> Decision:
    return Decision(effect, code, _HARD, because=(Reason(code, params),), only_once=only_once)


def _said(effect: Effect, code: str, source: RuleSource, **params: str | int) -> Decision:
    return Decision(effect, code, source, because=(Reason(code, params),))


def _by_mode(mode: str, effect: Effect) -> Decision:
    code = {"allow": "mode_allows", "ask": "mode_asks", "deny": "mode_denies"}[effect]
    return _said(effect, code, RuleSource("mode", mode))


def _by_rule(effect: Effect, code: str, one: SourcedRule) -> Decision:
    text = written(one.rule)
    grant = one.grant.id if one.grant else ""
    if grant and effect == "allow":
        code = "grant_allows"
    return Decision(effect, code, one.source, text, (Reason(code, {"rule": text}),), grant=grant)


@cache
def _templates() -> Mapping[str, tuple[BuiltIn, ...]]:
    return built_in()
