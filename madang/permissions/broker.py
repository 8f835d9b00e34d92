"""The one way to an effect: looked up, judged, asked about where that is the answer, recorded, and only then done."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from loguru import logger

from madang.errors import MadangError
from madang.ids import new_id
from madang.permissions.approvals.types import Answer, Offer, Question
from madang.permissions.changes import CHANGED
from madang.permissions.codec import packed, unpacked
from madang.permissions.doing import Doing, Leave, digest_of
from madang.permissions.effects.types import Effect, Verdict
from madang.permissions.errors import (
    AlreadyDecided,
    Denied,
    DeniedByPerson,
    NotCarriedOut,
    Parked,
    QuestionExpired,
    RunPaused,
    ScopeNotOffered,
    StaleApproval,
    UnknownOutcome,
)
from madang.permissions.grants.types import StoredGrant
from madang.permissions.ground import Ground
from madang.permissions.parking import Parking
from madang.permissions.policy import Judged, Policies
from madang.permissions.runs.service import Runs, joined
from madang.permissions.runs.types import RunState
from madang.system.executor import Asking, Executor, Outcome, Prepared, Watch
from madang.system.requests import Request
from madang.system.types import Action

WatchOf = Callable[[Asking], Watch]
_TRIES = 5


def unwatched(kind: str, data: dict[str, Any]) -> None:
    """Watch nothing."""


@dataclass(frozen=True, slots=True)
class _Way:
    kind: type[Any]
    executor: Executor
    watch_of: WatchOf | None


class Broker:
    """Carries requests out, in the name of a person, a run, a program with a token, or a job."""

    def __init__(self, ground: Ground, policies: Policies, runs: Runs, parking: Parking, doing: Doing) -> None:
        self._ground = ground
        self._policies = policies
        self._runs = runs
        self._parking = parking
        self._doing = doing
        self._ways: dict[str, _Way] = {}
        self._under_way: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Look after what another process left behind."""
        await self._doing.start()

    async def stop(self) -> None:
        """Interrupt what is being done after an answer; it is stored that nobody knows how far it came."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def settle(self) -> None:
        """Wait until what was begun after an answer has ended."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def carries(self, executor: Executor, *kinds: type[Any], watch_of: WatchOf | None = None) -> None:
        """Let `executor` carry out requests of these kinds. `watch_of` is who watches one that had to wait."""
        for kind in kinds:
            self._ways[kind.__name__] = _Way(kind, executor, watch_of)

    async def carry_out(self, request: Request, asking: Asking, watch: Watch = unwatched) -> Outcome:
        """Do what is asked for, and return what came of it; for a step that was taken before, what came of it then.

        Raises `Parked` where a person is asked first, `Denied`, `DeniedByPerson` and `QuestionExpired` where it is
        refused, `RunPaused`, `TooManyQuestions`, `StaleApproval`, `FailedBefore`, `UnknownOutcome`, `StepTaken`
        where the step was taken with another request, and whatever the executor raises; then nothing was done but what
        that says.
        """
        if (outcome := await self._earlier(asking, _digest(request))) is not None:
            return outcome
        run = await self._entered(asking)
        asking = joined(asking, run)
        async with await self._way(request).executor.prepare(request, asking) as prepared:
            effect = await self._judged(request, prepared, asking, run)
            return await self._doing.perform(effect, prepared, watch)

    async def decide(self, id: str, answer: Answer) -> Question:
        """Take a person's answer, once, and return the question as it then stands; what was allowed is being done.

        Raises `NoSuchQuestion`, `AlreadyDecided`, `ScopeNotOffered`, and `StaleApproval` where what would be done by
        now is not what was approved, or a stricter rule holds.
        """
        question = await self._parking.find(id)
        if question.state != "pending":
            raise AlreadyDecided("the question is closed", state=question.state)
        if answer.digest != question.digest:
            raise StaleApproval("this is not what was asked", question=id)
        if not answer.allowed:
            if not await self._parking.deny(question, answer.by):
                raise AlreadyDecided("the question is closed", state=(await self._parking.find(id)).state)
            return await self._parking.find(id)
        offer = next((offer for offer in question.offers if offer.scope == answer.scope), None)
        if offer is None:
            offered = [offer.scope for offer in question.offers]
            raise ScopeNotOffered("this cannot be allowed that far", scope=answer.scope, offered=offered)
        await self._allow(question, offer, answer.by)
        return await self._parking.find(id)

    async def _earlier(self, asking: Asking, request: str) -> Outcome | None:
        """Return the outcome of a step that was taken, or raise how the question ended that it waited for."""
        question = await self._parking.for_step(asking)
        if question is None:
            return await self._doing.earlier(asking, request)
        match question.state:
            case "pending" | "executing":
                raise Parked("a person is asked first", question=question.id)
            case "denied":
                raise DeniedByPerson("a person said no", question=question.id)
            case "expired":
                raise QuestionExpired("nobody answered in time", question=question.id)
            case "stale":
                raise StaleApproval("what was asked about has changed", question=question.id)
        if question.effect is None:
            raise UnknownOutcome("it is not known whether this happened", effect="")
        return await self._doing.of(question.effect, request)

    async def _entered(self, asking: Asking) -> RunState | None:
        run = await self._runs.enter(asking, self._policies.mode_of(asking))
        if run is not None and run.paused:
            raise RunPaused("the run waits for a person", run=run.id, reason=run.paused)
        return run

    async def _judged(self, request: Request, prepared: Prepared, asking: Asking, run: RunState | None) -> Effect:
        """Return the effect that may begin. It is judged again where the policy changes in between."""
        for _ in range(_TRIES):
            judged = await self._policies.judge(prepared.action, asking, run)
            if judged.verdict.effect != "allow" and not await self._policies.is_newest(judged.version):
                # Another process may just have allowed it; what is allowed is looked at again as it begins.
                await self._policies.refresh()
                continue
            verdict = await self._weighed(prepared.action, judged.verdict)
            if verdict.effect == "deny":
                await self._doing.refuse(prepared.action, asking, verdict)
                raise Denied(
                    "the rules in force do not allow this", reason=verdict.code, rule=verdict.rule,
                    source=verdict.source,
                )  # fmt: skip
            if verdict.effect == "ask":
                await self._park(request, prepared, asking, run, replace(judged, verdict=verdict))
            leave = Leave(verdict, judged.version, judged.grants, _digest(request))
            if effect := await self._doing.begin(prepared.action, asking, leave):
                return effect
            await self._policies.refresh()
        raise Denied("the rules change all the time", reason="changing", rule="", source="")

    async def _weighed(self, action: Action, verdict: Verdict) -> Verdict:
        """Ask about a program that could change more than can be undone, where no person allowed it already."""
        is_free = action.kind == "exec" and verdict.effect == "allow" and verdict.source not in ("grant", "user")
        if not is_free or action.actor.kind == "person" or await self._doing.can_undo(action, verdict):
            return verdict
        return replace(verdict, effect="ask", code="no_undo", because=[{"key": "no_undo", "params": {}}])

    async def _park(
        self, request: Request, prepared: Prepared, asking: Asking, run: RunState | None, judged: Judged
    ) -> None:
        offers = self._policies.offers(prepared.action, asking, run)
        id = await self._parking.ask(request, prepared, asking, judged.verdict, offers)
        raise Parked("a person is asked first", question=id)

    async def _allow(self, question: Question, offer: Offer, by: str) -> None:
        """Look again, and begin what was approved; returns once that is under way or known to be stale."""
        settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(self._answered(question, offer, by, settled), name="approved")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        await asyncio.wait([task, settled], return_when=asyncio.FIRST_COMPLETED)
        if not settled.done():
            settled.cancel()
            await task
        await settled

    async def _answered(self, question: Question, offer: Offer, by: str, settled: asyncio.Future[None]) -> None:
        try:
            way, asking = self._ways[(question.request or {})["kind"]], _asking(question)
            request: Request = unpacked(way.kind, (question.request or {})["fields"])
            async with await way.executor.prepare(request, asking) as prepared:
                effect = await self._begun(question, offer, by, prepared.action, asking)
                settled.set_result(None)
                await self._doing.perform(effect, prepared, way.watch_of(asking) if way.watch_of else unwatched)
        except MadangError as error:
            if settled.done():
                logger.info("permissions: an approved action failed: {}", error.code)
                return
            settled.set_exception(await self._closed(question, error))

    async def _begun(self, question: Question, offer: Offer, by: str, action: Action, asking: Asking) -> Effect:
        """Return the effect that begins. Raises `StaleApproval` and `AlreadyDecided`."""
        if action.digest != question.digest:
            raise StaleApproval("what was approved is not what would be done", question=question.id)
        run = await self._runs.enter(asking, self._policies.mode_of(asking))
        current = joined(asking, run)
        for _ in range(_TRIES):
            judged = await self._policies.judge(replace(action, taint=current.taint), current, run)
            if judged.verdict.effect == "deny":
                raise StaleApproval("a stricter rule holds by now", question=question.id)
            asked, grant = question.request or {}, self._grant(offer, current, by)
            request = digest_of(asked["kind"], asked["fields"])
            leave = Leave(judged.verdict, judged.version, (), request, question, by, grant)
            effect = await self._doing.begin(action, asking, leave)
            await self._policies.refresh()
            if effect:
                if leave.grant is not None:
                    self._ground.announce(CHANGED, {"version": self._policies.current.version})
                return effect
            if (found := await self._parking.find(question.id)).state != "pending":
                raise AlreadyDecided("the question is closed", state=found.state)
        raise StaleApproval("the rules change all the time", question=question.id)

    async def _closed(self, question: Question, error: MadangError) -> MadangError:
        """Return what is said of an answer that came to nothing, once the question is closed for good."""
        if isinstance(error, AlreadyDecided):
            return error
        told = {"code": error.code, "message": error.message}
        if not await self._parking.set_aside(question, "stale", dict(told)):
            found = await self._parking.find(question.id)
            return AlreadyDecided("the question is closed", state=found.state)
        if isinstance(error, StaleApproval):
            return error
        return StaleApproval("what was approved can no longer be done", question=question.id, reason=error.code)

    def _grant(self, offer: Offer, asking: Asking, by: str) -> StoredGrant | None:
        if offer.scope == "once":
            return None
        now = self._ground.clock.now()
        return StoredGrant(new_id(), offer.scope, offer.subject, offer.rule, asking.taint, by, now)

    def _way(self, request: Request) -> _Way:
        kind = type(request).__name__
        if way := self._ways.get(kind):
            return way
        raise NotCarriedOut("nothing here can carry this out", kind=kind)


def _digest(request: Request) -> str:
    return digest_of(type(request).__name__, packed(request))


def _asking(question: Question) -> Asking:
    """Return in whose name it was asked, as it was then."""
    taint: Any = question.taint
    return Asking(question.actor, question.run, question.steps[0], taint, question.conversation)
