"""What can be done with a turn: ask again, ask otherwise, go on, start, stop, take back."""

from dataclasses import replace
from functools import partial

from madang.chat.accepting import Accepted, Acceptor
from madang.chat.elsewhere import Elsewhere
from madang.chat.ending import free, hold, start_queued
from madang.chat.errors import Busy, WrongState
from madang.chat.ground import Ground
from madang.chat.order import line_to
from madang.chat.runner import Runner
from madang.chat.store import conversations, turns
from madang.chat.types import Ask, Mark, Options, Turn
from madang.db.transaction import Transaction
from madang.errors import NotFound
from madang.gateway.types import CacheMode

UNMARKED = Mark()


class Turns:
    """The turns of all conversations."""

    def __init__(self, ground: Ground, runner: Runner, elsewhere: Elsewhere) -> None:
        self._ground = ground
        self._runner = runner
        self._elsewhere = elsewhere
        self._acceptor = Acceptor(ground, runner)

    async def accept(self, ask: Ask) -> Accepted:
        """Store a question and have it answered; see `Acceptor.accept` for the errors."""
        return await self._acceptor.accept(ask)

    async def find(self, turn_id: str) -> Turn:
        """Return a turn as it is stored. Raises `NotFound`."""
        return await self._ground.database.run_read(partial(_found, turn_id=turn_id))

    async def wait(self, turn_id: str) -> Turn:
        """Return a turn when it has ended, or waits for a person. Raises `NotFound` when it is taken back."""
        with self._ground.waiters.waiter(turn_id) as ending:
            turn = await self.find(turn_id)
            if turn.has_ended or turn.held:
                return turn
            return await (ending if self._elsewhere.is_here(turn_id) else self._elsewhere.end_of(turn_id))

    async def retry(
        self, turn_id: str, actor: str, *, cache: CacheMode = "refresh", model: str | None = None, mark: Mark = UNMARKED
    ) -> Accepted:
        """Ask the same again beside the turn; by default it goes to the provider and replaces the kept answer.

        Raises `WrongState` for a turn that has not ended.
        """
        turn = await self._ended(turn_id, "retry")
        options = Options(model=model).over(turn.asked)
        return await self.accept(replace(_same(turn, actor, mark), cache=cache, options=options))

    async def edit(
        self, turn_id: str, actor: str, content: str, attachments: tuple[str, ...] | None, mark: Mark = UNMARKED
    ) -> Accepted:
        """Ask something else beside the turn, with the same files unless `attachments` names others.

        Raises `WrongState` for a turn that has not ended, and what `accept` raises.
        """
        turn = await self._ended(turn_id, "edit")
        same = _same(turn, actor, mark)
        files = same.attachments if attachments is None else attachments
        return await self.accept(replace(same, content=content, attachments=files))

    async def go_on(self, turn_id: str) -> Accepted:
        """Have an answer that broke off continued in its turn. Raises `WrongState` for a whole one, and `Busy`."""
        async with self._ground.database.write() as tx:
            turn = await self._held(tx, turn_id)
            if not turn.has_ended or (turn.status == "done" and turn.finish_reason != "length"):
                raise _wrong(turn, "continue")
            if any(one.status == "streaming" for one in await turns.unfinished(tx, turn.conversation_id)):
                raise Busy("another turn of the conversation is being answered")
            again = replace(turn, error=None, finish_reason=None, finished_at=None)
            again = await start_queued(tx, self._ground, again, turn.started_at or self._ground.clock.now())
            await self._runner.begin_after(tx, again)
        return Accepted(again, again.live_from)

    async def start(self, turn_id: str) -> Turn:
        """Let a held turn be answered, at once or after the one that is being answered, behind those it stands behind.

        Raises `WrongState`.
        """
        async with self._ground.database.write() as tx:
            turn = await self._held(tx, turn_id)
            if turn.status != "queued":
                raise _wrong(turn, "start")
            unfinished = await turns.unfinished(tx, turn.conversation_id)
            first, *others = line_to(turn, unfinished)
            if any(one.status == "streaming" for one in unfinished):
                others.insert(0, first)
            else:
                started = await start_queued(tx, self._ground, first, self._ground.clock.now())
                await self._runner.begin_after(tx, started)
            for one in others:
                await free(tx, self._ground, one)
            return await _found(tx, turn_id)

    async def stop(self, turn_id: str) -> Turn:
        """End the answer with the text it has, or hold a queued turn; an ended one stays as it is."""
        await self._elsewhere.stop_turn(turn_id)
        turn = await self.find(turn_id)
        if turn.status != "queued":
            return turn
        async with self._ground.database.write() as tx:
            turn = await self._held(tx, turn_id)
            return await hold(tx, self._ground, turn) if turn.status == "queued" else turn

    async def remove(self, turn_id: str) -> None:
        """Take a queued turn back; what waits behind it waits behind its predecessor. Raises `WrongState`."""
        ground = self._ground
        async with ground.database.write() as tx:
            turn = await self._held(tx, turn_id)
            if turn.status != "queued":
                raise _wrong(turn, "remove")
            conversation = await conversations.find(tx, turn.conversation_id)
            followers = [one for one in await turns.unfinished(tx, turn.conversation_id) if one.parent_id == turn.id]
            await turns.remove(tx, turn)
            await ground.teller.tell(tx, turn.conversation_id, "turn.removed", {"turn_id": turn.id})
            for one in followers:
                await ground.teller.tell_turn(tx, "turn.changed", replace(one, parent_id=turn.parent_id))
            if conversation and conversation.active_turn_id == turn.id:
                changed = replace(conversation, active_turn_id=turn.parent_id)
                await conversations.save(tx, changed)
                await ground.teller.tell(tx, changed.id, "conversation.changed", {"conversation": changed.as_json()})
            gone = NotFound("the turn was taken back", kind="turn", turn_id=turn.id)
            tx.after_commit(lambda: ground.waiters.fail(turn.id, gone))

    async def _ended(self, turn_id: str, action: str) -> Turn:
        turn = await self.find(turn_id)
        if not turn.has_ended:
            raise _wrong(turn, action)
        return turn

    async def _held(self, tx: Transaction, turn_id: str) -> Turn:
        """The turn of a conversation that is not deleted, with other writers kept from it until the commit."""
        turn = await _found(tx, turn_id)
        conversation = await conversations.find_and_hold(tx, turn.conversation_id)
        if conversation is None or conversation.deleted_at:
            raise _none(turn_id)
        return await _found(tx, turn_id)


async def _found(tx: Transaction, turn_id: str) -> Turn:
    turn = await turns.find(tx, turn_id)
    if turn is None:
        raise _none(turn_id)
    return turn


def _none(turn_id: str) -> NotFound:
    return NotFound("there is no such turn", kind="turn", turn_id=turn_id)


def _wrong(turn: Turn, action: str) -> WrongState:
    return WrongState(f"a turn that is {turn.status} cannot do this", status=turn.status, action=action)


def _same(turn: Turn, actor: str, mark: Mark) -> Ask:
    """The question of `turn`, to be asked beside it."""
    return Ask(
        content=turn.content,
        actor=actor,
        conversation_id=turn.conversation_id,
        parent_id=turn.parent_id,
        options=turn.asked,
        attachments=tuple(one.id for one in turn.attachments),
        instead_of=turn.id,
        client_id=mark.client_id,
        body_hash=mark.body_hash,
    )
