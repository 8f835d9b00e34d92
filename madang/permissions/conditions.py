"""Whether a rule counts for an action: its conditions, its time, and what its grant is bound to."""

from typing import assert_never

from madang.permissions.types import Condition, Grant, Policy, SourcedRule
from madang.system.types import Action


def counts(one: SourcedRule, action: Action, policy: Policy, workspace: str) -> bool:
    """Say whether a rule counts. What allows needs each condition to hold; what asks or denies only loses its force
    where one is known not to. `workspace` is the opened folder that is spoken of."""
    rule = one.rule
    if rule.until is not None and policy.now >= rule.until:
        return False
    if one.grant is not None and not in_force(one.grant, action, policy, workspace):
        return False
    found = [_holds(condition, action, policy) for condition in rule.conditions]
    return all(found) if rule.effect == "allow" else False not in found


def in_force(grant: Grant, action: Action, policy: Policy, workspace: str) -> bool:
    """Say whether a grant covers this run, conversation, folder or job, and is not used up."""
    if grant.expires_at is not None and policy.now >= grant.expires_at:
        return False
    if grant.most_uses is not None and grant.uses >= grant.most_uses:
        return False
    if grant.scope in ("always", "once"):
        return grant.scope == "always" or grant.most_uses is not None
    bound = {"run": action.run, "conversation": policy.conversation, "job": policy.job, "workspace": workspace}
    return bool(grant.subject) and grant.subject == bound[grant.scope]


def _holds(condition: Condition, action: Action, policy: Policy) -> bool | None:
    """Say whether a condition holds; None where that is not known."""
    match condition.kind:
        case "mode":
            return policy.mode == condition.value
        case "tier":
            return None if action.sandbox is None else action.sandbox.tier >= int(condition.value)
        case "tainted":
            return bool(action.taint)
        case "untainted":
            return not action.taint
        case "unattended":
            return policy.unattended or policy.mode == "unattended" or action.actor.kind == "job"
        case "size":
            return _is_smaller(action, int(condition.value))
        case _:
            assert_never(condition.kind)


def _is_smaller(action: Action, limit: int) -> bool | None:
    written = action.details.get("size_bytes")
    sizes = [each.size for each in action.paths if each.use != "cwd"]
    if isinstance(written, int):
        sizes = [written if each.use == "write" else each.size for each in action.paths]
    if not sizes or None in sizes:
        return None
    return max(size or 0 for size in sizes) < limit
