"""Conversations as a list and one by one: find, look into, change, delete and restore."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from madang.chat.elsewhere import Elsewhere
from madang.chat.ending import hold
from madang.chat.events import stream_of
from madang.chat.ground import Ground
from madang.chat.replay import with_events
from madang.chat.store import attachments, conversations, turns
from madang.chat.store.conversations import Place
from madang.chat.titles import clean_title
from madang.chat.types import Conversation, Options, Turn, TurnMark
from madang.db.errors import DamagedRow
from madang.db.transaction import Transaction
from madang.errors import BadRequest, NotFound
from madang.ids import new_id

DELETED_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A conversation with all its branches, as of event `number` of its stream; of `others` without their words."""

    conversation: Conversation
    turns: Sequence[Turn]
    number: int
    others: Sequence[TurnMark] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be changed; `None` leaves a thing as it is. Of the options those that `options` names are changed."""

    title: str | None = None
    archived: bool | None = None
    options: Mapping[str, Any] | None = None
    active_turn_id: str | None = None


class Conversations:
    """All conversations of this installation."""

    def __init__(self, ground: Ground, elsewhere: Elsewhere) -> None:
        self._ground = ground
        self._elsewhere = elsewhere

    async def page(self, query: str, archived: bool, before: Place | None, limit: int) -> list[Conversation]:
        """Return up to `limit` conversations, those changed last first, whose title contains `query`."""
        async with self._ground.database.read() as tx:
            return await conversations.page(tx, query=query, archived=archived, before=before, limit=limit)

    async def create(self, title: str, options: Options) -> Conversation:
        """Store an empty conversation and return it."""
        now, title = self._ground.clock.now(), clean_title(title)
        source: Any = "person" if title else "first_words"
        conversation = Conversation(new_id(), title, source, now, now, options=options)
        async with self._ground.database.write() as tx:
            await conversations.add(tx, conversation)
            await self._ground.teller.tell_everybody(tx, "conversation.created", conversation)
        return conversation

    async def look(self, conversation_id: str, newest: int | None = None) -> Snapshot:
        """Return a conversation with its turns; those that stream have the words up to `number`. Raises `NotFound`.

        With `newest` so many of the newest come with their words, and whatever has not ended.
        """
        async with self._ground.database.read() as tx:
            conversation = await _found(tx, conversation_id)
            others: list[TurnMark] = []
            if newest is None:
                known = await turns.in_conversation(tx, conversation_id)
            else:
                known = await turns.newest(tx, conversation_id, newest)
                whole = {turn.id for turn in known}
                others = [one for one in await turns.marks(tx, conversation_id) if one.id not in whole]
            number = await self._ground.journal.last_number(stream_of(conversation_id), tx)
            return Snapshot(conversation, await self._with_words(tx, known), number, others)

    async def read_turns(self, conversation_id: str, ids: Sequence[str]) -> Sequence[Turn]:
        """Return those of the turns that are there, as `look` does, oldest first. Raises `NotFound`."""
        async with self._ground.database.read() as tx:
            await _found(tx, conversation_id)
            return await self._with_words(tx, await turns.some(tx, conversation_id, ids))

    async def _with_words(self, tx: Transaction, known: Sequence[Turn]) -> list[Turn]:
        whole = list(known)
        for place, turn in enumerate(whole):
            if turn.status == "streaming":
                events = await self._ground.journal.stored(tx, stream_of(turn.conversation_id), turn.live_from)
                whole[place] = with_events(turn, events)
        return whole

    async def change(self, conversation_id: str, change: Change) -> Conversation:
        """Make the change and return the conversation. Raises `NotFound`, and `BadRequest` for an empty title."""
        async with self._ground.database.write() as tx:
            conversation = await _found(tx, conversation_id, hold=True)
            changed = self._changed(conversation, change)
            if change.active_turn_id is not None:
                await _check_turn(tx, conversation_id, change.active_turn_id)
                changed = replace(changed, active_turn_id=change.active_turn_id)
            await self._store(tx, changed, "conversation.changed")
        return changed

    async def takes_title(self, conversation_id: str) -> bool:
        """Say whether a title that a model wrote would be kept: neither a person nor a model gave one before."""
        async with self._ground.database.read() as tx:
            return _takes_title(await conversations.find(tx, conversation_id))

    async def chosen_model(self, conversation_id: str) -> str | None:
        """Return the model a person chose for a conversation; `None` where the default answers."""
        async with self._ground.database.read() as tx:
            conversation = await conversations.find(tx, conversation_id)
        return conversation.options.model if conversation else None

    async def set_title(self, conversation_id: str, title: str) -> None:
        """Give a conversation the title that a model wrote, unless a person gave it one."""
        async with self._ground.database.write() as tx:
            conversation = await conversations.find_and_hold(tx, conversation_id)
            if conversation and _takes_title(conversation):
                titled = replace(conversation, title=title, title_source="model")
                await self._store(tx, titled, "conversation.changed")

    async def delete(self, conversation_id: str) -> Conversation:
        """Delete a conversation so that it can be restored for 30 days; what is being answered in it is stopped."""
        try:
            return await self._delete(conversation_id)
        except DamagedRow:
            return await self._delete_unread(conversation_id)

    async def _delete_unread(self, conversation_id: str) -> Conversation:
        """Delete a conversation that cannot be read."""
        now = self._ground.clock.now()
        async with self._ground.database.write() as tx:
            if not await conversations.mark_deleted(tx, conversation_id, now):
                raise _none(conversation_id)
            deleted = replace(await conversations.find_or_mark(tx, conversation_id), deleted_at=now)
            await self._ground.teller.tell_everybody(tx, "conversation.deleted", deleted)
        return deleted

    async def _delete(self, conversation_id: str) -> Conversation:
        async with self._ground.database.read() as tx:
            unfinished = await turns.unfinished(tx, (await _found(tx, conversation_id)).id)
        await asyncio.gather(*(self._elsewhere.stop_turn(turn.id) for turn in unfinished))
        async with self._ground.database.write() as tx:
            conversation = await _found(tx, conversation_id, hold=True)
            for turn in await turns.unfinished(tx, conversation_id):
                if turn.status == "queued" and not turn.held:
                    await hold(tx, self._ground, turn)
            deleted = replace(conversation, deleted_at=self._ground.clock.now())
            await self._store(tx, deleted, "conversation.deleted")
        return deleted

    async def restore(self, conversation_id: str) -> Conversation:
        """Take a deletion back and return the conversation. Raises `NotFound` once it is gone for good."""
        async with self._ground.database.write() as tx:
            conversation = await _found(tx, conversation_id, hold=True, deleted=True)
            restored = replace(conversation, deleted_at=None)
            await self._store(tx, restored, "conversation.restored")
        return restored

    async def purge(self) -> None:
        """Remove for good what was deleted 30 days ago, and files that were never sent for as long."""
        before = self._ground.clock.now() - DELETED_KEPT
        async with self._ground.database.write() as tx:
            await conversations.purge(tx, before)
            await attachments.purge_unsent(tx, before)

    def _changed(self, conversation: Conversation, change: Change) -> Conversation:
        if change.title is not None:
            title = clean_title(change.title)
            if not title:
                raise BadRequest("a title needs a character that can be seen", field="title")
            conversation = replace(conversation, title=title, title_source="person")
        if change.archived is not None:
            at = self._ground.clock.now() if change.archived else None
            conversation = replace(conversation, archived_at=at)
        return replace(conversation, options=replace(conversation.options, **(change.options or {})))

    async def _store(self, tx: Transaction, conversation: Conversation, kind: str) -> None:
        await conversations.save(tx, conversation)
        data = {"conversation": conversation.as_json()}
        await self._ground.teller.tell(tx, conversation.id, "conversation.changed", data)
        await self._ground.teller.tell_everybody(tx, kind, conversation)


def _takes_title(conversation: Conversation | None) -> bool:
    return conversation is not None and conversation.title_source == "first_words" and not conversation.deleted_at


async def _found(tx: Transaction, conversation_id: str, *, hold: bool = False, deleted: bool = False) -> Conversation:
    find = conversations.find_and_hold if hold else conversations.find
    conversation = await find(tx, conversation_id)
    if conversation is None or (conversation.deleted_at and not deleted):
        raise _none(conversation_id)
    return conversation


def _none(conversation_id: str) -> NotFound:
    return NotFound("there is no such conversation", kind="conversation", conversation_id=conversation_id)


async def _check_turn(tx: Transaction, conversation_id: str, turn_id: str) -> None:
    turn = await turns.find(tx, turn_id)
    if turn is None or turn.conversation_id != conversation_id:
        raise NotFound("the conversation has no such turn", kind="turn", turn_id=turn_id)
