"""`POST /api/chat`: a question in, its answer out. The hot way: one parse, one check, no model of the body."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from madang.chat.accepting import Accepted
from madang.chat.api.shape import AcceptedShape, AnswerShape, answer
from madang.chat.body import SCHEMA, read_ask
from madang.chat.outcome import status_of
from madang.chat.service import Chat
from madang.chat.types import Json, Turn
from madang.chat.watching import watch
from madang.live.access import Access
from madang.live.sse import EventStream
from madang.web import Handover, Principal, check_scope, needs, principal_of


class HotRoute(APIRoute):
    """A route that is described like any other, and whose function gets the request as it came."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the function itself, without the framework's reading of body and parameters."""
        handler: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return handler


router = APIRouter(prefix="/api/chat", route_class=HotRoute)

_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": AnswerShape, "content": {"text/event-stream": {}}, "description": "The answer, whole or so far."},
    202: {"model": AcceptedShape, "description": "Stored; with `wait: false`, or when the turn waits for a person."},
}


@router.post(
    "",
    dependencies=[needs("chat")],
    responses=_ANSWERS,
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": SCHEMA}}}},
)
async def ask(request: Request) -> Response:
    """Ask something, in a new conversation or at the end of one.

    Safe to send twice with the same `client_id`. The answer comes as JSON when it has ended, with `stream` as
    events from `turn.accepted` to `turn.finished`, with `wait: false` not at all: follow the conversation instead.
    """
    principal = _asker(request)
    services = request.app.state.services
    chat: Chat = services[Chat]
    body = read_ask(await request.body(), f"{principal.kind}:{principal.id}")
    accepted = await chat.turns.accept(body.ask)
    if body.stream:
        access: Access = services[Access]
        return Handover(EventStream(watch(chat, accepted), lambda: access.is_live(principal), access.check_seconds))
    if not body.wait:
        return answer(accepted_json(accepted), 202)
    return _ended(await chat.turns.wait(accepted.turn.id), accepted)


def accepted_json(accepted: Accepted) -> Json:
    """Return what is said of a turn that is stored and not waited for."""
    turn = accepted.turn
    about = {"conversation_id": turn.conversation_id, "turn_id": turn.id}
    return {**about, "status": turn.status, "number": accepted.number}


def _asker(request: Request) -> Principal:
    principal = principal_of(request)
    check_scope(principal, "chat")
    return principal


def _ended(turn: Turn, accepted: Accepted) -> Response:
    if turn.status == "queued":
        return answer({**accepted_json(accepted), "status": turn.status}, 202)
    about = {"conversation_id": turn.conversation_id, "turn_id": turn.id}
    shown = {**about, "content": turn.answer, "status": turn.status, "receipt": turn.receipt}
    if turn.error is None:
        return answer(shown)
    return answer({"error": {**turn.error, "id": turn.id}, **shown}, status_of(turn.error["code"]))
