"""Questions in their places: asked once however often, answered by whoever is first, and never left without an end."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from madang.db.transaction import Transaction
from madang.permissions.approvals import store
from madang.permissions.approvals.types import CHANGED, Offer, Question, QuestionState
from madang.permissions.codec import packed, shown
from madang.permissions.effects.types import Verdict
from madang.permissions.errors import NoSuchQuestion, RunPaused, TooManyQuestions
from madang.permissions.ground import Ground
from madang.permissions.runs import store as runs
from madang.permissions.runs.types import MOST_ASKS, MOST_DENIALS, MOST_WAITING, PauseReason
from madang.system.executor import Asking, Prepared
from madang.system.requests import Request
from madang.system.types import Action


class Parking:
    """The inbox. `deadline` is how long a question waits."""

    def __init__(self, ground: Ground, deadline: timedelta) -> None:
        self._ground = ground
        self._deadline = deadline

    async def ask(
        self, request: Request, prepared: Prepared, asking: Asking, verdict: Verdict, offers: Sequence[Offer]
    ) -> str:
        """Put a question, or join the one that waits for the same, and return its id.

        Raises `RunPaused` for the 21st of a run, and `TooManyQuestions` where as many wait outside of runs.
        """
        question = self._question(request, prepared, asking, verdict, tuple(offers))

        async def put(tx: Transaction) -> str | PauseReason:
            await tx.lock(f"permissions.questions {asking.actor.kind} {asking.actor.id} {asking.run}")
            for other in await store.of_run(tx, asking.actor, asking.run):
                if other.state == "pending" and other.sameness == question.sameness:
                    if asking.step not in other.steps:
                        await store.join(tx, other, asking.step)
                    return other.id
            if not await self._may_ask(tx, asking):
                return "asks"
            await store.add(tx, question)
            await self._ground.audit.append(tx, "asked", question.id, _about(question))
            return question.id

        put_as = await self._ground.write(put)
        if put_as == "asks":
            self._ground.announce(CHANGED, {"run": asking.run})
            raise RunPaused("the run asked too often", run=asking.run, reason="asks")
        self._ground.announce(CHANGED, {"id": put_as})
        return put_as

    async def find(self, id: str) -> Question:
        """Return a question as it stands at this moment. Raises `NoSuchQuestion`."""
        async with self._ground.database.read() as tx:
            found = await store.find(tx, id)
        if found is None:
            raise NoSuchQuestion("no question has this id")
        if found.state == "pending" and found.expires_at <= self._ground.clock.now():
            await self.expire()
            return await self.find(id)
        return found

    async def for_step(self, asking: Asking) -> Question | None:
        """Return the question that a step of a run waits for or waited for."""
        if not (asking.run and asking.step):
            return None
        async with self._ground.database.read() as tx:
            asked = await store.of_run(tx, asking.actor, asking.run)
        waited = next((question for question in asked if asking.step in question.steps), None)
        return None if waited is None else await self.find(waited.id)

    async def page(
        self, states: Sequence[QuestionState], before: tuple[datetime, str] | None, limit: int
    ) -> list[Question]:
        """Return questions, the newest first."""
        await self.expire()
        async with self._ground.database.read() as tx:
            return await store.page(tx, states, before, limit)

    async def count(self) -> int:
        """Count the questions that wait."""
        async with self._ground.database.read() as tx:
            return await store.count(tx)

    async def deny(self, question: Question, by: str) -> bool:
        """Say no; say whether it was still open. The sixth no of a run pauses it."""
        now = self._ground.clock.now()

        async def close(tx: Transaction) -> bool:
            if not await store.move(tx, question.id, "pending", "denied", decided_at=now, decided_by=by):
                return False
            await self._ground.audit.append(tx, "decided", question.id, {"allowed": False, "by": by})
            await self._count_denial(tx, question.run)
            return True

        return await self._tell(question.id, await self._ground.write(close))

    async def set_aside(self, question: Question, state: QuestionState, error: dict[str, object]) -> bool:
        """Close an open question that cannot be carried out; say whether it was still open."""

        async def close(tx: Transaction) -> bool:
            if not await store.move(tx, question.id, "pending", state, error=error):
                return False
            await self._ground.audit.append(tx, "expired", question.id, {"state": state})
            return True

        return await self._tell(question.id, await self._ground.write(close))

    async def expire(self) -> None:
        """Close what nobody answered in time."""
        now = self._ground.clock.now()
        async with self._ground.database.read() as tx:
            late = await store.overdue(tx, now)

        async def close(tx: Transaction) -> list[str]:
            closed = [id for id in late if await store.move(tx, id, "pending", "expired", decided_at=now)]
            for id in closed:
                await self._ground.audit.append(tx, "expired", id, {"state": "expired"})
            return closed

        for id in await self._ground.write(close) if late else ():
            self._ground.announce(CHANGED, {"id": id})

    async def _may_ask(self, tx: Transaction, asking: Asking) -> bool:
        if not asking.run:
            if await store.count(tx, asking.actor) >= MOST_WAITING:
                raise TooManyQuestions("answer the ones that wait first", most=MOST_WAITING)
            return True
        run = await runs.find(tx, asking.run)
        if run is not None and run.asks >= MOST_ASKS:
            await self._pause(tx, asking.run, "asks")
            return False
        await runs.change(tx, asking.run, asks=run.asks + 1 if run else 1)
        return True

    async def _count_denial(self, tx: Transaction, run: str) -> None:
        found = await runs.find(tx, run) if run else None
        if found is not None:
            await runs.change(tx, run, denials=found.denials + 1)
            if found.denials >= MOST_DENIALS:
                await self._pause(tx, run, "denials")

    async def _pause(self, tx: Transaction, run: str, reason: PauseReason) -> None:
        await runs.pause(tx, run, reason)
        await self._ground.audit.append(tx, "paused", run, {"reason": reason})

    async def _tell(self, id: str, changed: bool) -> bool:
        if changed:
            self._ground.announce(CHANGED, {"id": id})
        return changed

    def _question(
        self, request: Request, prepared: Prepared, asking: Asking, verdict: Verdict, offers: tuple[Offer, ...]
    ) -> Question:
        action, now, clean = prepared.action, self._ground.clock.now(), self._ground.redactor.clean_all
        return Question(
            id=secrets.token_hex(16), sameness=sameness_of(action), run=asking.run, steps=(asking.step,),
            conversation=asking.conversation, actor=asking.actor,
            request={"kind": type(request).__name__, "fields": packed(request)},
            action=clean(shown(action.as_json())), preview=clean(shown(dict(prepared.preview))), verdict=verdict,
            offers=offers, digest=action.digest, taint=action.taint, asked_at=now, expires_at=now + self._deadline,
        )  # fmt: skip


def sameness_of(action: Action) -> str:
    """Return what two steps that ask for the same have in common."""
    return replace(action, step="").digest


def _about(question: Question) -> dict[str, object]:
    action = question.action
    return {
        "digest": question.digest, "kind": action["kind"], "run": question.run, "actor": action["actor"],
        "rule": question.verdict.rule, "source": question.verdict.source,
    }  # fmt: skip
