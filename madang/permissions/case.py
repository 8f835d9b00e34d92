"""An action together with the policy it is judged by, and what is looked up for both once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from madang.permissions import programs, urls
from madang.permissions.conditions import counts
from madang.permissions.spots import Spots, covers, spots, takes_all_below
from madang.permissions.types import (
    Anything,
    Effect,
    Mode,
    PathPattern,
    Policy,
    SourcedRule,
    ToolName,
    UrlPattern,
)
from madang.system.types import Action, Kind, PathUse

_STRICT: dict[PathUse, tuple[Kind, ...]] = {
    "read": ("fs.read",), "list": ("fs.list",), "write": ("fs.write",), "delete": ("fs.delete",),
    # What is moved away is gone here, and can be read there.
    "move_from": ("fs.write", "fs.delete", "fs.read"), "move_to": ("fs.write",), "cwd": (),
}  # fmt: skip
_ALLOWING: dict[PathUse, Kind] = {
    "read": "fs.read", "list": "fs.list", "write": "fs.write", "delete": "fs.delete", "move_from": "fs.write",
    "move_to": "fs.write", "cwd": "fs.list",
}  # fmt: skip


MOST_COMPARED = 2000
"""Of the rules that nothing tells apart beforehand, for one thing an action touches."""


class TooManyRules(Exception):
    """More rules could count than are compared."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be decided. `paths` are those the action touches; a program's words are among them."""

    action: Action
    policy: Policy
    paths: tuple[Spots, ...]

    @property
    def is_file_action(self) -> bool:
        return self.action.kind.startswith("fs.") or self.action.kind == "watch"

    @property
    def workspace(self) -> str:
        """The opened folder a program runs in or a file lies in, or empty."""
        first = next((each for each in self.paths if each.touched.use == "cwd"), None)
        found = first or next(iter(self.paths), None)
        return found.workspace if found else ""

    def mode_in(self, workspace: str) -> Mode:
        """Return the mode in an opened folder: one that was not opened to be written in is only read."""
        folder = self.policy.places.folders.get(workspace)
        if self.policy.mode == "chat" or folder is None or folder.writable:
            return self.policy.mode
        return "unattended" if self.policy.mode == "unattended" else "read"

    def path_rules(self, found: Spots, effect: Effect) -> Iterator[SourcedRule]:
        """Yield the rules with an effect that cover one path. Raises `TooManyRules`."""
        use = found.touched.use
        kinds = (_ALLOWING[use],) if effect == "allow" else _STRICT[use]
        if self.action.kind == "watch":
            kinds = ("watch",) if effect == "allow" else ("watch", *kinds)
        policy = self.policy
        for one in self._bounded(self._candidates(found, kinds, effect)):
            rule, folder = one.rule, bound_to(one)
            if rule.effect != effect:
                continue
            if isinstance(rule.matcher, PathPattern):
                is_covered = covers(rule.matcher, effect, found, policy.places, folder)
            else:
                is_covered = isinstance(rule.matcher, Anything) and (not folder or _lies_in(found, folder))
            # Few rules cover a path, so the rest of what they say is looked at last.
            if is_covered and counts(one, self.action, policy, found.workspace):
                yield one

    def _bounded(self, rules: Iterable[SourcedRule]) -> Iterator[SourcedRule]:
        """Yield no more rules than are compared. What a person does by hand waits for its few denials to be found."""
        by_hand = self.action.actor.kind == "person"
        for looked_at, one in enumerate(rules):
            if looked_at == MOST_COMPARED and not by_hand:
                raise TooManyRules
            yield one

    def _candidates(self, found: Spots, kinds: tuple[Kind, ...], effect: Effect) -> Iterable[SourcedRule]:
        if effect != "allow" and takes_all_below(found.touched):
            return (one for kind in kinds for one in self.policy.rules.of_kind(kind))
        keys = [(spot.base, *spot.parts) for spot in (*found.said, *found.real)]
        return self.policy.rules.for_path(kinds, keys)

    def whole_rules(self, effect: Effect) -> Iterator[SourcedRule]:
        """Yield the rules with an effect that cover the action as one: a program, an address, a tool.

        Raises `TooManyRules`.
        """
        for one in self._bounded(self._whole_candidates()):
            if one.rule.effect != effect or not counts(one, self.action, self.policy, self.workspace):
                continue
            folder = bound_to(one)
            if (not folder or folder == self.workspace or not self.paths) and self._covers_whole(one):
                yield one

    def _whole_candidates(self) -> Iterable[SourcedRule]:
        action, rules = self.action, self.policy.rules
        if action.kind == "exec":
            return rules.for_program(programs.names(action))
        if action.kind == "fetch" and (found := urls.address(action.url)):
            return rules.for_host(found.host)
        return rules.of_kind(action.kind)

    def _covers_whole(self, one: SourcedRule) -> bool:
        rule = one.rule
        match rule.matcher:
            case Anything():
                return True
            case UrlPattern():
                found = urls.address(self.action.url)
                return found is not None and urls.covers(rule.matcher, found, rule.effect == "allow")
            case ToolName(server, digest, name):
                said = tuple(str(self.action.details.get(key, "")) for key in ("server", "tool_hash", "tool"))
                # What denies a tool denies it in every form.
                return said == (server, digest, name) or (rule.effect != "allow" and said[::2] == (server, name))
            case PathPattern():
                return False
            case _:
                return programs.covers(rule.matcher, rule.effect, self.action) is not None


def case_of(action: Action, policy: Policy) -> Case:
    """Look up what the judging needs."""
    return Case(action, policy, tuple(spots(each, policy.places) for each in action.paths))


def bound_to(one: SourcedRule) -> str:
    """Return the id of the opened folder a rule is bound to, or nothing."""
    if one.grant is not None and one.grant.scope == "workspace":
        return one.grant.subject
    return one.source.folder


def _lies_in(found: Spots, folder: str) -> bool:
    return any(spot.folder == folder for spot in (*found.said, *found.real))
