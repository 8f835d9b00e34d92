"""How something is done: the intent is on the disk before, the outcome after, and once only."""

import hashlib
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from loguru import logger

from madang.db.transaction import Transaction, to_the_end
from madang.errors import MadangError
from madang.ids import new_id
from madang.permissions.approvals import store as approvals
from madang.permissions.approvals.types import CHANGED, Question, QuestionState
from madang.permissions.audit.types import EntryKind
from madang.permissions.codec import shown
from madang.permissions.effects import store
from madang.permissions.effects.types import Effect, EffectState, Verdict
from madang.permissions.errors import FailedBefore, StepTaken, UnknownOutcome
from madang.permissions.grants import store as grants
from madang.permissions.grants.types import StoredGrant
from madang.permissions.ground import Ground
from madang.permissions.own_rules import store as own_rules
from madang.permissions.runs import store as runs
from madang.system.executor import Asking, Outcome, Prepared, Watch
from madang.system.types import Action, Taint, canonical

# Doing these again changes nothing, so a step that is taken again may.
_AGAIN = frozenset({"fs.read", "fs.list"})
_BODY_AGE = timedelta(days=7)
TEMPLATE = "template_allows"


@dataclass(frozen=True, slots=True)
class Leave:
    """Why something may be done: what was decided under which version of the policy, by which grants.

    `request` is the digest of what was asked for, `question` the one a person answered, `by` says who, and `grant` is
    what they gave with it.
    """

    verdict: Verdict
    version: int
    grants: Sequence[str] = ()
    request: str = ""
    question: Question | None = None
    by: str = ""
    grant: StoredGrant | None = None


class Keeping(Protocol):
    """What keeps what actions change, so that it can be undone."""

    def keeping(self, action: Action, effect: str) -> AbstractAsyncContextManager[None]:
        """Keep what is there before the effect of this id, and note afterwards what it changed."""
        ...

    async def fits(self, action: Action) -> bool:
        """Say whether all that an action may change can be kept."""
        ...


class Doing:
    """Begins, performs and ends effects."""

    def __init__(self, ground: Ground, undo: Keeping) -> None:
        self._ground = ground
        self._undo = undo

    async def start(self) -> None:
        """Give what a process that ended left behind an honest state, at once and whenever another one dies."""
        await self.recover()
        self._ground.lease.now_and_then(self.recover)

    async def earlier(self, asking: Asking, request: str) -> Outcome | None:
        """Return what this step had as its outcome, if it was taken before.

        Raises `FailedBefore`, `UnknownOutcome`, and `StepTaken` where it was another request.
        """
        if not (asking.run and asking.step):
            return None
        async with self._ground.database.read() as tx:
            effect = await store.by_key(tx, _key(asking))
        return None if effect is None else outcome_of(effect, request)

    async def of(self, effect_id: str, request: str) -> Outcome:
        """Return the outcome of an effect. Raises `FailedBefore`, `UnknownOutcome` and `StepTaken`."""
        async with self._ground.database.read() as tx:
            effect = await store.find(tx, effect_id)
        if effect is None:
            raise UnknownOutcome("what came of it is not stored", effect=effect_id)
        return outcome_of(effect, request)

    async def begin(self, action: Action, asking: Asking, leave: Leave) -> Effect | None:
        """Store the intent; `None` where the policy has changed since, the question is closed or the step taken."""
        effect = self._effect(action, asking, leave)

        async def put(tx: Transaction) -> bool:
            if await own_rules.version(tx) != leave.version:
                return False
            if leave.question is not None and not await self._claim(tx, leave, effect):
                return False
            if not await store.add(tx, effect):
                raise UnknownOutcome("this step is being taken", effect="")
            for id in leave.grants:
                await grants.used(tx, id, effect.began_at)
            await self._ground.audit.append(tx, "intent", effect.id, _about(effect))
            return True

        return effect if await self._ground.write(put) else None

    async def refuse(self, action: Action, asking: Asking, verdict: Verdict) -> None:
        """Record that it was refused."""
        effect = self._effect(action, asking, Leave(verdict, 0), "denied")

        async def put(tx: Transaction) -> None:
            await store.add(tx, effect)
            await self._ground.audit.append(tx, "denied", effect.id, _about(effect))

        await self._ground.write(put)

    async def perform(self, effect: Effect, prepared: Prepared, watch: Watch) -> Outcome:
        """Do it and store what came of it. Raises what `perform` raises."""
        try:
            outcome = await self._kept(effect, prepared, watch)
        except MadangError as error:
            await to_the_end(self._end(effect, "failed", error=_told(error)))
            raise
        except BaseException:
            # Interrupted, or not made for what it met: nobody can say how far it came.
            await to_the_end(self._end(effect, "unknown"))
            raise
        await to_the_end(self._end(effect, "done", outcome))
        return outcome

    async def can_undo(self, action: Action, verdict: Verdict) -> bool:
        """Say whether what an action changes will be kept; a template changes nothing."""
        return verdict.code == TEMPLATE or await self._undo.fits(action)

    async def _kept(self, effect: Effect, prepared: Prepared, watch: Watch) -> Outcome:
        if effect.verdict.code == TEMPLATE:
            return await prepared.perform(watch)
        async with self._undo.keeping(prepared.action, effect.id):
            return await prepared.perform(watch)

    async def recover(self) -> None:
        """Say of every intent whose process has ended that its outcome is unknown."""
        async with self._ground.database.read() as tx:
            if not await store.left_behind(tx):
                return

        async def put(tx: Transaction) -> list[tuple[str, str | None]]:
            ended = await store.left_behind(tx)
            for id, question in ended:
                await self._close(tx, id, question, "unknown", {})
            return ended

        ended = await self._ground.database.run_write(put)
        logger.warning("permissions: of {} effects it is not known whether they happened", len(ended))
        for question in (question for _, question in ended if question):
            self._ground.announce(CHANGED, {"id": question})

    async def forget(self) -> None:
        """Let go of what effects of more than a week ago read."""
        before = self._ground.clock.now() - _BODY_AGE

        async def put(tx: Transaction) -> None:
            await store.forget_bodies(tx, before)

        await self._ground.write(put)

    async def _claim(self, tx: Transaction, leave: Leave, effect: Effect) -> bool:
        question, now = leave.question, effect.began_at
        if question is None or question.expires_at <= now:
            return False
        scope = leave.grant.scope if leave.grant else "once"
        decided = {"decided_at": now, "decided_by": leave.by, "scope": scope, "process": self._ground.lease.id}
        if not await approvals.move(tx, question.id, "pending", "executing", effect=effect.id, **decided):
            return False
        facts = {"allowed": True, "by": leave.by, "scope": scope, "digest": question.digest}
        await self._ground.audit.append(tx, "decided", question.id, facts)
        if leave.grant is not None:
            await grants.add(tx, leave.grant)
            given = {"scope": scope, "subject": leave.grant.subject, "rule": leave.grant.rule, "by": leave.by}
            await self._ground.audit.append(tx, "granted", leave.grant.id, given)
            await own_rules.raise_version(tx)
        return True

    async def _end(
        self, effect: Effect, state: EffectState, outcome: Outcome | None = None, error: dict[str, Any] | None = None
    ) -> None:
        values: dict[str, Any] = {"error": error}
        if outcome is not None:
            facts = self._ground.redactor.clean_all(shown(dict(outcome.facts)))
            keeps_body = effect.key is not None or effect.approval is not None
            values |= {"facts": facts, "taint": sorted(outcome.taint), "body": outcome.body if keeps_body else None}

        async def put(tx: Transaction) -> bool:
            if outcome is not None and effect.run:
                await _taint(tx, effect.run, outcome.taint)
            return await self._close(tx, effect.id, effect.approval, state, values)

        if not await self._ground.database.run_write(put):
            logger.warning("permissions: an effect ended after it was given up: {}", effect.id)
        if effect.approval:
            self._ground.announce(CHANGED, {"id": effect.approval})

    async def _close(
        self, tx: Transaction, id: str, question: str | None, state: EffectState, values: dict[str, Any]
    ) -> bool:
        if not await store.end(tx, id, state, self._ground.clock.now(), **values):
            return False
        if question is not None:
            after: QuestionState = "done" if state == "done" else "failed" if state == "failed" else "unknown"
            await approvals.move(tx, question, "executing", after, error=values.get("error"))
        kind: EntryKind = "unknown" if state == "unknown" else "outcome"
        code = (values.get("error") or {}).get("code", "")
        await self._ground.audit.append(tx, kind, id, {"state": state, "error": code})
        return True

    def _effect(self, action: Action, asking: Asking, leave: Leave, state: EffectState = "intent") -> Effect:
        is_once = asking.run and asking.step and action.kind not in _AGAIN and state == "intent"
        return Effect(
            id=new_id(), key=_key(asking) if is_once else None,
            approval=leave.question.id if leave.question else None, run=asking.run, actor=action.actor,
            kind=action.kind, digest=action.digest, request=leave.request,
            action=self._ground.redactor.clean_all(shown(action.as_json())), verdict=leave.verdict, state=state,
            process=self._ground.lease.id, began_at=self._ground.clock.now(),
        )  # fmt: skip


def digest_of(kind: str, fields: Any) -> str:
    """Return what two requests have in common that ask for the very same; `fields` are packed."""
    return hashlib.sha256(canonical({"kind": kind, "fields": fields})).hexdigest()


def outcome_of(effect: Effect, request: str) -> Outcome:
    """Return what is stored of an effect. Raises `FailedBefore`, `UnknownOutcome` and `StepTaken`."""
    if effect.request != request:
        raise StepTaken("this step was taken with another request", effect=effect.id)
    if effect.state == "done":
        return Outcome(effect.facts or {}, effect.body or b"", _taints(effect.taint))
    if effect.state == "failed":
        raise FailedBefore("this step was taken before, and failed", effect=effect.id, error=effect.error)
    raise UnknownOutcome("it is not known whether this happened", effect=effect.id)


async def _taint(tx: Transaction, run: str, taint: Sequence[Taint]) -> None:
    found = await runs.find(tx, run)
    if found is not None and not found.taint.issuperset(taint):
        await runs.change(tx, run, taint=sorted(found.taint.union(taint)))


def _key(asking: Asking) -> str:
    return f"{asking.run}:{asking.step}"


def _told(error: MadangError) -> dict[str, Any]:
    return {"code": error.code, "message": error.message, "details": shown(error.details)}


def _taints(values: Sequence[str]) -> tuple[Taint, ...]:
    known: tuple[Taint, ...] = ("untrusted", "private", "secret")
    return tuple(one for one in known if one in values)


def _about(effect: Effect) -> dict[str, Any]:
    action = effect.action
    return {
        "digest": effect.digest, "kind": effect.kind, "run": effect.run, "actor": action["actor"],
        "argv": action["argv"], "url": action["url"], "paths": [one["path"] for one in action["paths"]][:20],
        "rule": effect.verdict.rule, "source": effect.verdict.source, "code": effect.verdict.code,
    }  # fmt: skip
