"""/api/chat/conversations: the list, one, and what can be done with it."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import Annotated
from urllib.parse import quote

import orjson
from fastapi import APIRouter, Query, Response

from madang.chat.api.bodies import ConversationChange, NewConversation
from madang.chat.api.shape import ConversationShape, SnapshotShape, TurnShape, answer
from madang.chat.body import read_options
from madang.chat.conversations import Change
from madang.chat.export import Format
from madang.chat.service import Chat
from madang.chat.types import Conversation, Options
from madang.errors import BadRequest
from madang.web import Page, needs, service

router = APIRouter(prefix="/api/chat/conversations")
ChatDep = Annotated[Chat, service(Chat)]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MEDIA_TYPES = {"markdown": "text/markdown; charset=utf-8", "json": "application/json"}


@router.get("", dependencies=[needs("read")], responses={200: {"model": Page[ConversationShape]}})
async def list_conversations(
    chat: ChatDep,
    query: Annotated[str, Query(max_length=200, description="Part of the title, in any case.")] = "",
    archived: bool = False,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Response:
    """Return conversations, those changed last first."""
    found = await chat.conversations.page(query.strip(), archived, _place(cursor), limit + 1)
    page = [one.as_json() for one in found[:limit]]
    return answer({"items": page, "next_cursor": _cursor(found[limit - 1]) if len(found) > limit else None})


@router.post("", dependencies=[needs("manage")], status_code=201, responses={201: {"model": ConversationShape}})
async def create_conversation(chat: ChatDep, new: NewConversation) -> Response:
    """Make an empty conversation."""
    options = Options(**read_options(new.options))
    return answer((await chat.conversations.create(new.title, options)).as_json(), 201)


@router.get("/{conversation_id}", dependencies=[needs("read")], responses={200: {"model": SnapshotShape}})
async def read_conversation(
    chat: ChatDep,
    conversation_id: str,
    newest: Annotated[
        int | None, Query(ge=1, le=1000, description="So many turns with their words, the others in short.")
    ] = None,
) -> Response:
    """Return a conversation with the turns of all branches; follow its stream after `number`."""
    seen = await chat.conversations.look(conversation_id, newest)
    turns, others = [turn.as_json() for turn in seen.turns], [one.as_json() for one in seen.others]
    found = {"conversation": seen.conversation.as_json(), "turns": turns, "others": others, "number": seen.number}
    return answer(found)


@router.get("/{conversation_id}/turns", dependencies=[needs("read")], responses={200: {"model": Page[TurnShape]}})
async def read_turns(
    chat: ChatDep, conversation_id: str, turn_ids: Annotated[list[str], Query(alias="id", min_length=1, max_length=100)]
) -> Response:
    """Return those of the turns that are there, oldest first."""
    found = await chat.conversations.read_turns(conversation_id, turn_ids)
    return answer({"items": [turn.as_json() for turn in found], "next_cursor": None})


@router.patch("/{conversation_id}", dependencies=[needs("manage")], responses={200: {"model": ConversationShape}})
async def change_conversation(chat: ChatDep, conversation_id: str, change: ConversationChange) -> Response:
    """Rename, archive, set options, or show another branch."""
    options = None if change.options is None else read_options(change.options)
    wanted = Change(change.title, change.archived, options, change.active_turn_id)
    return answer((await chat.conversations.change(conversation_id, wanted)).as_json())


@router.delete("/{conversation_id}", dependencies=[needs("manage")], responses={200: {"model": ConversationShape}})
async def delete_conversation(chat: ChatDep, conversation_id: str) -> Response:
    """Delete a conversation; it can be restored for 30 days."""
    return answer((await chat.conversations.delete(conversation_id)).as_json())


@router.post(
    "/{conversation_id}/restore", dependencies=[needs("manage")], responses={200: {"model": ConversationShape}}
)
async def restore_conversation(chat: ChatDep, conversation_id: str) -> Response:
    """Take a deletion back."""
    return answer((await chat.conversations.restore(conversation_id)).as_json())


@router.get(
    "/{conversation_id}/export",
    dependencies=[needs("read")],
    response_class=Response,
    responses={200: {"content": {"text/markdown": {}, "application/json": {}}}},
)
async def export_conversation(
    chat: ChatDep, conversation_id: str, wanted: Annotated[Format, Query(alias="format")] = "markdown"
) -> Response:
    """Return a conversation as a file: the branch that is shown as Markdown, or everything as JSON."""
    name, text = await chat.export(conversation_id, wanted)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(text, headers=headers, media_type=_MEDIA_TYPES[wanted])


def _cursor(last: Conversation) -> str:
    microseconds = (last.updated_at - _EPOCH) // timedelta(microseconds=1)
    return base64.urlsafe_b64encode(orjson.dumps([microseconds, last.id])).decode().rstrip("=")


def _place(cursor: str | None) -> tuple[datetime, str] | None:
    if not cursor:
        return None
    try:
        microseconds, last_id = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return _EPOCH + timedelta(microseconds=microseconds), str(last_id)
    except (binascii.Error, ValueError, TypeError, OverflowError):
        raise BadRequest("the cursor is not one of ours", field="cursor") from None
