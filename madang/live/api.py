"""`GET /api/live/events`: the journal for programs, as server-sent events."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from madang.errors import named
from madang.live.access import Access
from madang.live.errors import BadPosition, StreamNotAllowed
from madang.live.journal import Journal
from madang.live.sse import EventStream
from madang.web import Handover, Principal, needs, service

router = APIRouter(prefix="/api/live", tags=["live"])


@router.get("/events", response_class=Response, responses={200: {"content": {"text/event-stream": {}}}})
async def events(  # noqa: PLR0917  FastAPI gives each by its name
    principal: Annotated[Principal, needs("read")],
    journal: Annotated[Journal, service(Journal)],
    access: Annotated[Access, service(Access)],
    stream: Annotated[str, Query(min_length=1, max_length=200)],
    after: Annotated[int | None, Query(ge=0, description="Begin after this number; default: from now on.")] = None,
    last_event_id: Annotated[str | None, Header(max_length=20)] = None,
) -> Handover:
    """Follow one stream. `Last-Event-ID` wins over `after`; an event `resync` says: read the whole again."""
    if not access.may_follow(principal, stream):
        raise StreamNotAllowed("this stream may not be followed with this credential", stream=named(stream))
    position = after if last_event_id is None else _number(last_event_id)
    if position is None:
        # Asked before the answer begins: what happens once the reader has it is told.
        position = await journal.last_number(stream)
    return Handover(
        EventStream(journal.follow(stream, position), lambda: access.is_live(principal), access.check_seconds)
    )


def _number(last_event_id: str) -> int:
    if not (last_event_id.isascii() and last_event_id.isdigit()):
        raise BadPosition("Last-Event-ID must be a number from 0 on")
    return int(last_event_id)
