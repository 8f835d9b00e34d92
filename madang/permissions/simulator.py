"""What a draft of a rule would have done to what was asked lately."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from madang.permissions.approvals import store as approvals
from madang.permissions.changes import read_rule
from madang.permissions.codec import unpacked
from madang.permissions.effects import store as effects
from madang.permissions.ground import Ground
from madang.permissions.policy import Policies
from madang.permissions.types import Effect, RuleSource, SourcedRule
from madang.permissions.words import Words, words_of
from madang.system.executor import Asking
from madang.system.types import Action

MOST_PAST = 500
Happened = Literal["allowed", "denied", "approved", "refused", "waiting"]
_BY_STATE: Mapping[str, Happened] = {"pending": "waiting", "denied": "refused", "expired": "refused"}


@dataclass(frozen=True, slots=True)
class Past:
    """An action that was asked for, and what came of it."""

    id: str
    action: Mapping[str, Any]
    conversation: str
    happened: Happened


@dataclass(frozen=True, slots=True)
class Changed:
    """A past action that would be decided by the draft, and how."""

    id: str
    action: Mapping[str, Any]
    happened: Happened
    would: Effect


@dataclass(frozen=True, slots=True)
class Simulation:
    """How many past actions were looked at, and those the draft would decide, the newest first.

    `words` are the draft itself for people.
    """

    looked_at: int
    changed: tuple[Changed, ...]
    words: Words


class Simulator:
    """Judges the past anew, under the rules in force and the draft."""

    def __init__(self, ground: Ground, policies: Policies) -> None:
        self._ground = ground
        self._policies = policies

    async def simulate(self, text: str) -> Simulation:
        """Say what a draft would have done to the last 500 actions. Raises `BadRule`."""
        rule = read_rule(text)
        draft = SourcedRule(rule, RuleSource("user", "draft"))
        past = await self._past()
        return Simulation(len(past), tuple(self._changed(past, draft)), words_of(rule))

    def _changed(self, past: list[Past], draft: SourcedRule) -> Iterator[Changed]:
        judge = self._policies.judging((draft,))
        for one in past:
            try:
                action = unpacked(Action, one.action)
            except (KeyError, TypeError, ValueError):
                continue
            decision = judge(action, Asking(action.actor, action.run, action.step, action.taint, one.conversation))
            if decision.source.id == "draft":
                yield Changed(one.id, one.action, one.happened, decision.effect)

    async def _past(self) -> list[Past]:
        async with self._ground.database.read() as tx:
            done = await effects.recent(tx, MOST_PAST)
            asked = await approvals.recent(tx, MOST_PAST)
        found = [
            (at, Past(id, action, "", "denied" if state == "denied" else "allowed")) for at, id, action, state in done
        ]
        found += [
            (one.asked_at, Past(one.id, one.action, one.conversation, _BY_STATE.get(one.state, "approved")))
            for one in asked
        ]
        found.sort(key=lambda pair: pair[0], reverse=True)
        return [past for _, past in found[:MOST_PAST]]
