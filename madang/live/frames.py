"""What is said on the WebSocket: frames from the page are read strictly, frames to it are JSON text."""

from dataclasses import dataclass
from typing import Any

import orjson

from madang.errors import MadangError
from madang.live.errors import BadFrame
from madang.live.types import RESYNC, Event

FRAME_LIMIT = 4096
NAME_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Follow:
    """`{"type": "follow", "stream", "after": number | null}`."""

    stream: str
    after: int | None


@dataclass(frozen=True, slots=True)
class Unfollow:
    """`{"type": "unfollow", "stream"}`."""

    stream: str


@dataclass(frozen=True, slots=True)
class Ping:
    """`{"type": "ping"}`."""


Frame = Follow | Unfollow | Ping


def read(text: str | None) -> Frame:
    """Return what the page asks for; None stands for a binary frame. Raises `BadFrame`."""
    if text is None or len(text) > FRAME_LIMIT:
        raise BadFrame(f"a frame is text of at most {FRAME_LIMIT} characters", limit=FRAME_LIMIT)
    try:
        frame = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadFrame("a frame is JSON") from None
    match frame:
        case {"type": "ping"}:
            return Ping()
        case {"type": "unfollow", "stream": str(stream)}:
            return Unfollow(stream)
        case {"type": "follow", "stream": str(stream)} if 0 < len(stream) <= NAME_LIMIT:
            return Follow(stream, _after(frame))
    raise BadFrame("a frame has a known type and what belongs to it")


def pong() -> str:
    """Return the answer to a ping."""
    return _text({"type": "pong"})


def following(stream: str, number: int) -> str:
    """Say from which number on a stream is followed."""
    return _text({"type": "following", "stream": stream, "number": number})


def happened(event: Event) -> str:
    """Return an event, or the resync that ends a stream."""
    if event.kind == RESYNC:
        return resync(event.stream)
    return _text(
        {
            "type": "event",
            "stream": event.stream,
            "number": event.number,
            "kind": event.kind,
            "data": event.data,
            "at": event.at,
        }
    )


def resync(stream: str) -> str:
    """Say that the page must read the whole again and follow from there."""
    return _text({"type": "resync", "stream": stream})


def failed(error: MadangError, stream: str | None = None) -> str:
    """Return an error in the shape the rest of the API has."""
    about = {"type": "error", "code": error.code, "message": error.message, "details": error.details}
    return _text(about | ({"stream": stream} if stream else {}))


def _after(frame: dict[str, Any]) -> int | None:
    after = frame.get("after")
    if after is None or (type(after) is int and after >= 0):
        return after
    raise BadFrame("`after` is a number from 0 on, or null")


def _text(frame: dict[str, Any]) -> str:
    return orjson.dumps(frame, option=orjson.OPT_UTC_Z).decode()
