"""/api/chat/turns: what can be done with one turn."""

from typing import Annotated

from fastapi import APIRouter, Response

from madang.chat.api.ask import accepted_json
from madang.chat.api.bodies import Edit, Retry
from madang.chat.api.shape import AcceptedShape, TurnShape, answer
from madang.chat.body import hash_of
from madang.chat.service import Chat
from madang.chat.types import Mark
from madang.web import Principal, needs, service

router = APIRouter(prefix="/api/chat/turns")
ChatDep = Annotated[Chat, service(Chat)]
Asker = Annotated[Principal, needs("chat")]


@router.get("/{turn_id}", dependencies=[needs("read")], responses={200: {"model": TurnShape}})
async def read_turn(chat: ChatDep, turn_id: str) -> Response:
    """Return one turn as it is stored; while it streams, its words are in the conversation's stream."""
    return answer((await chat.turns.find(turn_id)).as_json())


@router.post("/{turn_id}/stop", dependencies=[needs("chat")], responses={200: {"model": TurnShape}})
async def stop_turn(chat: ChatDep, turn_id: str) -> Response:
    """End the answer with the text it has, or hold a queued turn."""
    return answer((await chat.turns.stop(turn_id)).as_json())


@router.post("/{turn_id}/retry", status_code=202, responses={202: {"model": AcceptedShape}})
async def retry_turn(chat: ChatDep, asker: Asker, turn_id: str, retry: Retry | None = None) -> Response:
    """Ask the same again, in a branch beside the turn."""
    how = retry or Retry()
    mark = _mark("retry", turn_id, how)
    accepted = await chat.turns.retry(turn_id, _actor(asker), cache=how.cache, model=how.model, mark=mark)
    return answer(accepted_json(accepted), 202)


@router.post("/{turn_id}/edit", status_code=202, responses={202: {"model": AcceptedShape}})
async def edit_turn(chat: ChatDep, asker: Asker, turn_id: str, edit: Edit) -> Response:
    """Ask something else, in a branch beside the turn."""
    files = None if edit.attachments is None else tuple(edit.attachments)
    mark = _mark("edit", turn_id, edit)
    accepted = await chat.turns.edit(turn_id, _actor(asker), edit.content, files, mark)
    return answer(accepted_json(accepted), 202)


@router.post(
    "/{turn_id}/continue", dependencies=[needs("chat")], status_code=202, responses={202: {"model": AcceptedShape}}
)
async def continue_turn(chat: ChatDep, turn_id: str) -> Response:
    """Have an answer that broke off continued where it stops."""
    return answer(accepted_json(await chat.turns.go_on(turn_id)), 202)


@router.post("/{turn_id}/start", dependencies=[needs("chat")], responses={200: {"model": TurnShape}})
async def start_turn(chat: ChatDep, turn_id: str) -> Response:
    """Let a held turn be answered, at once or after the one that is being answered."""
    return answer((await chat.turns.start(turn_id)).as_json())


@router.delete("/{turn_id}", dependencies=[needs("chat")], status_code=204)
async def remove_turn(chat: ChatDep, turn_id: str) -> Response:
    """Take a queued turn back."""
    await chat.turns.remove(turn_id)
    return Response(status_code=204)


def _mark(deed: str, turn_id: str, body: Retry | Edit) -> Mark:
    return Mark(body.client_id, hash_of({"deed": deed, "turn_id": turn_id, **body.model_dump()}))


def _actor(asker: Principal) -> str:
    return f"{asker.kind}:{asker.id}"
