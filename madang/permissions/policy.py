"""The policy in force: every rule with its source, put together anew when one of them changes."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from madang.errors import MadangError
from madang.folders.service import Folders
from madang.permissions.approvals.types import Offer
from madang.permissions.decision import decide
from madang.permissions.effects.types import Verdict
from madang.permissions.grants import store as grants
from madang.permissions.grants.types import StoredGrant
from madang.permissions.ground import Ground
from madang.permissions.offers import offers
from madang.permissions.own_rules import store as own_rules
from madang.permissions.own_rules.types import StoredRule
from madang.permissions.rulebook import rulebook
from madang.permissions.runs import store as runs
from madang.permissions.runs.types import RunState
from madang.permissions.sources import (
    FOLDER_FILE,
    Line,
    PolicyWarning,
    lines_of_folder,
    read_lines,
    rules_of_grants,
)
from madang.permissions.types import Decision, Mode, Places, Policy, Rulebook, RuleSource, SourcedRule, Workspace
from madang.system.executor import Asking
from madang.system.types import Action, Tier

DEFAULT_MODE: Final[Mode] = "ask"
_ORDER: Final[tuple[Mode, ...]] = ("chat", "read", "ask", "workspace")


@dataclass(frozen=True, slots=True)
class Fixed:
    """What holds from the start: the lines of the machine and of the settings, and the places of this machine."""

    lines: Callable[[], tuple[tuple[Line, ...], tuple[PolicyWarning, ...]]]
    places: Places
    tier: Callable[[], Awaitable[Tier]]
    required_tier: Tier = 1


@dataclass(frozen=True, slots=True)
class Judged:
    """What was decided under which version, and by which grants."""

    verdict: Verdict
    version: int
    grants: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InForce:
    """All rules of one version. `chosen` are modes by conversation; the empty one is all others'."""

    version: int = 0
    rules: tuple[SourcedRule, ...] = ()
    warnings: tuple[PolicyWarning, ...] = ()
    own: tuple[StoredRule, ...] = ()
    grants: tuple[StoredGrant, ...] = ()
    chosen: Mapping[str, Mode] = field(default_factory=dict)
    index: Rulebook = field(default_factory=lambda: rulebook(()))


class Policies:
    """Judges actions. What it knows is read from memory; whoever changes it changes the database first."""

    def __init__(self, ground: Ground, folders: Folders, fixed: Fixed) -> None:
        self._ground = ground
        self._folders = folders
        self._fixed = fixed
        self._files: dict[str, bytes] = {}
        self._is_outdated = False
        self.current = InForce()

    async def start(self) -> None:
        """Read everything, and hear of what changes at other processes."""
        self._ground.database.refresh_on(own_rules.TOPIC, self.refresh)
        await self.refresh()

    async def stop(self) -> None:
        """Nothing is held open."""

    def outdate(self) -> None:
        """Read everything again before the next decision."""
        self._is_outdated = True

    async def refresh(self) -> None:
        """Read everything again."""
        self._is_outdated = False
        self._files = {folder.id: await self._file(folder.id) for folder in self._folders.all()}
        async with self._ground.database.read() as tx:
            version, own = await own_rules.version(tx), await own_rules.all_rules(tx)
            given, chosen = await grants.all_grants(tx), await runs.modes(tx)
        now = self._ground.clock.now()
        given = [grant for grant in given if not grant.is_over(now)]
        lines, warnings = self._fixed.lines()
        mine = [Line(rule.text, RuleSource("user", rule.id)) for rule in own]
        theirs = [line for id, content in self._files.items() for line in lines_of_folder(id, content)]
        read = read_lines([*lines, *mine, *theirs])
        rules = (*read.rules, *rules_of_grants(given))
        self.current = InForce(
            version, rules, (*warnings, *read.warnings), tuple(own), tuple(given), chosen, rulebook(rules)
        )  # fmt: skip

    async def is_newest(self, version: int) -> bool:
        """Say whether no process has changed the policy since this version."""
        async with self._ground.database.read() as tx:
            return await own_rules.version(tx) == version

    def mode_of(self, asking: Asking) -> Mode:
        """Return the mode of what is asked for, before a run that has begun holds it lower."""
        if asking.actor.kind == "job":
            return "unattended"
        chosen = self.current.chosen
        return chosen.get(asking.conversation) or chosen.get("") or DEFAULT_MODE

    async def judge(self, action: Action, asking: Asking, run: RunState | None) -> Judged:
        """Decide whether an action may be done, must be asked about, or is refused."""
        await self._look_again(action)
        policy = self._policy(asking, run, self.current.index)
        decision = decide(action, policy)
        return Judged(
            verdict_of(decision, policy.mode, by_hand=action.actor.kind == "person"), policy.version,
            (decision.grant,) if decision.grant else (),
        )  # fmt: skip

    def offers(self, action: Action, asking: Asking, run: RunState | None) -> list[Offer]:
        """Return how far a person may allow this, with the rule that would be kept then and what it is bound to."""
        policy = self._policy(asking, run, self.current.index)
        subjects = {
            "run": asking.run, "conversation": asking.conversation,
            "workspace": next((path.folder for path in action.paths), ""),
        }  # fmt: skip
        offered = offers(action, decide(action, policy), policy)
        return [Offer(one.scope, subjects.get(one.scope, ""), one.rule) for one in offered]

    def judging(self, more: Iterable[SourcedRule] = ()) -> Callable[[Action, Asking], Decision]:
        """Return what decides with these rules besides; nothing is recorded."""
        extra = tuple(more)
        index = rulebook((*self.current.rules, *extra)) if extra else self.current.index
        return lambda action, asking: decide(action, self._policy(asking, None, index))

    async def tier(self) -> Tier:
        """Return how much holds a program on this machine."""
        return await self._fixed.tier()

    def _policy(self, asking: Asking, run: RunState | None, index: Rulebook) -> Policy:
        mode = self.mode_of(asking)
        if run is not None and mode in _ORDER and run.mode in _ORDER:
            mode = _ORDER[min(_ORDER.index(mode), _ORDER.index(run.mode))]
        return Policy(
            rules=index, mode=mode, places=self._places(), now=self._ground.clock.now(),
            conversation=asking.conversation, job=asking.actor.id if asking.actor.kind == "job" else "",
            required_tier=self._fixed.required_tier, unattended=asking.actor.kind == "job",
            version=self.current.version,
        )  # fmt: skip

    def _places(self) -> Places:
        folders = {one.id: Workspace(one.path, one.access == "write") for one in self._folders.all()}
        return replace(self._fixed.places, folders=folders)

    async def _look_again(self, action: Action) -> None:
        """Read everything again where a grant seems over, or the rules of a folder it touches are other ones."""
        for id in {path.folder for path in action.paths if path.folder}:
            self._is_outdated |= await self._file(id) != self._files.get(id, b"")
        now = self._ground.clock.now()
        if self._is_outdated or any(grant.is_over(now) for grant in self.current.grants):
            await self.refresh()

    async def _file(self, folder_id: str) -> bytes:
        """Return the rules of a folder that is trusted, as the person last saw them; nothing where they changed."""
        try:
            if self._folders.find(folder_id).access != "write":
                return b""
            return (await self._folders.loaded(folder_id)).get(FOLDER_FILE, b"")
        except MadangError:
            return b""


def verdict_of(decision: Decision, mode: Mode, *, by_hand: bool = False) -> Verdict:
    """Return a decision as it is stored. What a person does by hand is not asked about."""
    effect = "allow" if by_hand and decision.effect == "ask" else decision.effect
    because = [{"key": reason.key, "params": dict(reason.params)} for reason in decision.because]
    return Verdict(effect, decision.code, decision.source.kind, decision.source.id, decision.rule, mode, because)
