"""Takes a question in: one durable commit, and one turn for each client id."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from madang.chat.errors import ClientIdReused, EmptyMessage, TooManyAttachments
from madang.chat.ground import Ground
from madang.chat.order import first_status, waits_for_person
from madang.chat.runner import Runner
from madang.chat.store import attachments, conversations, turns
from madang.chat.titles import first_words
from madang.chat.types import Ask, Attachment, Conversation, Options, Turn
from madang.db.transaction import Transaction
from madang.errors import NotFound, TooLarge
from madang.gateway.types import ModelInfo
from madang.ids import new_id

CONTENT_LIMIT_BYTES = 2**20
ATTACHMENTS_LIMIT = 10


@dataclass(frozen=True, slots=True)
class Accepted:
    """A stored turn. `number` is that of the event after which its answer stands in the conversation's stream."""

    turn: Turn
    number: int


class Acceptor:
    """Stores questions and has them answered."""

    def __init__(self, ground: Ground, runner: Runner) -> None:
        self._ground = ground
        self._runner = runner

    async def accept(self, ask: Ask) -> Accepted:
        """Store the question as a turn and begin to answer it, or queue it behind one that is being answered.

        The same client id with the same body gives the same turn and no second call. Raises `EmptyMessage`,
        `TooLarge`, `TooManyAttachments`, `NotFound`, `ClientIdReused`, `UnknownModel`, `NoModel`; nothing is stored
        then.
        """
        check(ask)
        known, conversation = await self._look_up(ask)
        if known:
            return known
        chosen = ask.options.model or (conversation.options.model if conversation else None)
        model = await self._ground.gateway.resolve(chosen)
        try:
            return await self._ground.database.run_write(partial(self._store, ask=ask, model=model))
        except turns.ClientIdTaken:
            return await self._taken(ask)

    async def _look_up(self, ask: Ask) -> tuple[Accepted | None, Conversation | None]:
        """The turn that has the client id already, else the conversation that is named."""
        if ask.client_id is None and ask.conversation_id is None:
            return None, None

        async def look(tx: Transaction) -> tuple[Accepted | None, Conversation | None]:
            known = await _known(tx, ask)
            return known, None if known else await _existing(tx, ask)

        return await self._ground.database.run_read(look)

    async def _taken(self, ask: Ask) -> Accepted:
        known = await self._ground.database.run_read(partial(_known, ask=ask))
        if known is None:
            raise ClientIdReused("the client id belonged to a message that is gone", client_id=ask.client_id)
        return known

    async def _store(self, tx: Transaction, ask: Ask, model: ModelInfo) -> Accepted:
        files = await _files(tx, ask)
        conversation, unfinished = await self._held(tx, ask)
        parent_id = await _parent(tx, ask, conversation)
        turn = replace(
            self._new_turn(ask, model, conversation.id, parent_id),
            attachments=files,
            status=first_status(parent_id, unfinished),
            held=waits_for_person(parent_id, unfinished),
        )
        followers = [one for one in unfinished if ask.instead_of and one.parent_id == ask.instead_of]
        led = _led(conversation, turn, must_follow=not followers)
        await (conversations.save if ask.conversation_id else conversations.add)(tx, led)
        turn = await self._add(tx, turn)
        await self._move(tx, followers, turn)
        # Everybody's stream comes last: whoever has another turn of this client id waits for its end, which tells all.
        await self._ground.teller.tell_everybody(tx, _kind(conversation), led)
        return Accepted(turn, turn.live_from)

    async def _held(self, tx: Transaction, ask: Ask) -> tuple[Conversation, list[Turn]]:
        """The conversation, kept from other writers until the commit, and its turns that stream or wait."""
        if ask.conversation_id is None:
            return self._new_conversation(ask), []
        found = _there(await conversations.find_and_hold(tx, ask.conversation_id), ask.conversation_id)
        return found, await turns.unfinished(tx, found.id)

    async def _add(self, tx: Transaction, turn: Turn) -> Turn:
        turn = replace(turn, live_from=await self._ground.teller.tell_turn(tx, "turn.accepted", turn))
        await turns.add(tx, turn)
        if turn.attachments:
            await attachments.give_to(tx, [one.id for one in turn.attachments], turn.conversation_id)
        if turn.status == "streaming":
            await self._runner.begin_after(tx, turn)
        return turn

    async def _move(self, tx: Transaction, followers: Sequence[Turn], parent: Turn) -> None:
        for one in followers:
            moved = replace(one, parent_id=parent.id)
            await turns.save(tx, moved)
            await self._ground.teller.tell_turn(tx, "turn.changed", moved)

    def _new_conversation(self, ask: Ask) -> Conversation:
        now = self._ground.clock.now()
        return Conversation(new_id(), "", "first_words", now, now, options=ask.options)

    def _new_turn(self, ask: Ask, model: ModelInfo, conversation_id: str, parent_id: str | None) -> Turn:
        now = self._ground.clock.now()
        return Turn(
            id=new_id(),
            conversation_id=conversation_id,
            parent_id=parent_id,
            content=ask.content,
            status="streaming",
            created_at=now,
            started_at=now,
            client_id=ask.client_id,
            body_hash=ask.body_hash,
            actor=ask.actor,
            model=model.id,
            process=self._ground.lease.id,
            cache_asked=ask.cache,
            # What begins a conversation are its own options from there on.
            asked=ask.options if ask.conversation_id else Options(),
        )


def check(ask: Ask) -> None:
    """Raise `EmptyMessage`, `TooLarge` or `TooManyAttachments` for what cannot be a question."""
    if not ask.content.strip() and not ask.attachments:
        raise EmptyMessage("the message is empty", field="content")
    size = len(ask.content.encode())
    if size > CONTENT_LIMIT_BYTES:
        raise TooLarge("the message is too long", field="content", size_bytes=size, limit_bytes=CONTENT_LIMIT_BYTES)
    if len(ask.attachments) > ATTACHMENTS_LIMIT:
        raise TooManyAttachments(
            "too many files in one message", field="attachments", number=len(ask.attachments), limit=ATTACHMENTS_LIMIT
        )


async def _known(tx: Transaction, ask: Ask) -> Accepted | None:
    turn = await turns.find_by_client_id(tx, ask.client_id) if ask.client_id else None
    if turn is None:
        return None
    if turn.body_hash != ask.body_hash:
        raise ClientIdReused("this client id belongs to another message", client_id=ask.client_id)
    return Accepted(turn, turn.live_from)


async def _existing(tx: Transaction, ask: Ask) -> Conversation | None:
    if ask.conversation_id is None:
        return None
    return _there(await conversations.find(tx, ask.conversation_id), ask.conversation_id)


def _there(conversation: Conversation | None, conversation_id: str) -> Conversation:
    if conversation is None or conversation.deleted_at:
        raise NotFound("there is no such conversation", kind="conversation", conversation_id=conversation_id)
    return conversation


async def _parent(tx: Transaction, ask: Ask, conversation: Conversation) -> str | None:
    if ask.parent_id == "active":
        return conversation.active_turn_id
    if ask.parent_id is None:
        return None
    parent = await turns.find(tx, ask.parent_id)
    if parent is None or parent.conversation_id != conversation.id:
        raise NotFound("the conversation has no such turn", kind="turn", turn_id=ask.parent_id)
    return parent.id


def _led(conversation: Conversation, turn: Turn, must_follow: bool) -> Conversation:
    """The conversation at the top of the list, and standing at the new turn unless others wait behind it."""
    fallback = turn.attachments[0].name if turn.attachments else ""
    return replace(
        conversation,
        title=conversation.title or first_words(turn.content, fallback),
        updated_at=turn.created_at,
        active_turn_id=turn.id if must_follow else conversation.active_turn_id,
    )


def _kind(conversation: Conversation) -> str:
    return "conversation.changed" if conversation.active_turn_id else "conversation.created"


async def _files(tx: Transaction, ask: Ask) -> tuple[Attachment, ...]:
    if not ask.attachments:
        return ()
    known = await attachments.about(tx, ask.attachments)
    missing = [one for one in ask.attachments if one not in known]
    if missing:
        raise NotFound("a file of the message is not here", kind="attachment", attachment_id=missing[0])
    return tuple(known[one] for one in dict.fromkeys(ask.attachments))
