"""What a fake provider answers: a reply is a status, headers, and pieces of bytes with pauses between them."""

import base64
import json
import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Ending = Literal["whole", "truncated", "reset"]
EVENT_STREAM = (("Content-Type", "text/event-stream; charset=utf-8"),)
JSON_BODY = (("Content-Type", "application/json"),)


@dataclass(frozen=True, slots=True)
class Pause:
    """Say nothing for so long; `inf` is until the client leaves."""

    seconds: float


@dataclass(slots=True)
class Received:
    """One request as it came. `outcome` says how its answer ended: `client_gone` when the client left before."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    outcome: Literal["open", "answered", "client_gone"] = "open"

    @property
    def json(self) -> Any:
        """Return the body as JSON; an empty object where there is none."""
        return json.loads(self.body or b"{}")

    @property
    def prompt(self) -> str:
        """Return the text of the last message."""
        content = self.json["messages"][-1]["content"]
        return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


@dataclass(frozen=True, slots=True)
class Reply:
    """The bytes of one answer. `truncated` ends inside a chunk that promised more, `reset` with a TCP reset.

    With a status of 0 no header is sent, and the pieces go out as they are.
    """

    pieces: Iterable[bytes | Pause]
    status: int = 200
    headers: tuple[tuple[str, str], ...] = EVENT_STREAM
    ending: Ending = "whole"


class Scripted(Protocol):
    """Anything that makes a reply for a request."""

    def reply(self, request: Received) -> Reply: ...


Turn = str | Scripted | Callable[[Received], "Turn"]


def event(data: object, line_end: str = "\n") -> bytes:
    """Return one server-sent event with `data` as JSON, or as it is when it is text."""
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return f"data: {text}{line_end}{line_end}".encode()


def chunk(delta: dict[str, Any], finish_reason: str | None = None, **more: Any) -> dict[str, Any]:
    """Return one `chat.completion.chunk` object."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return {"id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 0, "choices": [choice], **more}


@dataclass(frozen=True, slots=True)
class Say:
    """A whole answer, word by word. Times are seconds.

    `usage` replaces the counted tokens, `with_usage=False` leaves them out; `cached_tokens` are part of the
    prompt's; `tier` is the one it says it answers in. The last four dress the stream in forms that the standard allows
    and that parsers get wrong.
    """

    text: str
    reasoning: str = ""
    finish_reason: str = "stop"
    first_delay: float = 0
    per_token_delay: float = 0
    cached_tokens: int = 0
    usage: dict[str, Any] | None = None
    with_usage: bool = True
    tier: str | None = None
    line_end: str = "\n"
    with_mark: bool = False
    with_comments: bool = False
    is_bytewise: bool = False
    headers: tuple[tuple[str, str], ...] = field(default=EVENT_STREAM)

    def reply(self, request: Received) -> Reply:
        if not request.json.get("stream"):
            return Reply([json.dumps(self._completion(request)).encode()], headers=JSON_BODY)
        pieces = self._pieces(request)
        return Reply(_bytewise(pieces) if self.is_bytewise else pieces, headers=self.headers)

    def _pieces(self, request: Received) -> Iterator[bytes | Pause]:
        if self.first_delay:
            yield Pause(self.first_delay)
        if self.with_mark:
            yield b"\xef\xbb\xbf"
        for number, data in enumerate(self._chunks(request)):
            if self.with_comments:
                yield f": still here{self.line_end}{self.line_end}".encode()
            if self.per_token_delay and number:
                yield Pause(self.per_token_delay)
            yield event(data, self.line_end)

    def _chunks(self, request: Received) -> Iterator[object]:
        model = request.json.get("model", "fake")
        yield chunk({"role": "assistant", "content": ""}, model=model, **self._about())
        for word in _words(self.reasoning):
            yield chunk({"reasoning_content": word}, model=model)
        for word in _words(self.text):
            yield chunk({"content": word}, model=model)
        yield chunk({}, self.finish_reason, model=model)
        if self.with_usage and (request.json.get("stream_options") or {}).get("include_usage"):
            yield {**chunk({}, model=model), "choices": [], "usage": self._usage(request)}
        yield "[DONE]"

    def _about(self) -> dict[str, str]:
        return {"service_tier": self.tier} if self.tier else {}

    def _usage(self, request: Received) -> dict[str, Any]:
        if self.usage is not None:
            return self.usage
        prompt = max(1, len(json.dumps(request.json.get("messages", []), ensure_ascii=False)) // 4)
        thought, said = len(_words(self.reasoning)), len(_words(self.text))
        return {
            "prompt_tokens": max(prompt, self.cached_tokens),
            "completion_tokens": thought + said,
            "total_tokens": prompt + thought + said,
            "prompt_tokens_details": {"cached_tokens": self.cached_tokens},
            "completion_tokens_details": {"reasoning_tokens": thought},
        }

    def _completion(self, request: Received) -> dict[str, Any]:
        message = {"role": "assistant", "content": self.text}
        choice = {"index": 0, "message": message, "finish_reason": self.finish_reason}
        about = {"id": "chatcmpl-fake", "object": "chat.completion", "created": 0, "model": request.json.get("model")}
        return {**about, **self._about(), "choices": [choice], "usage": self._usage(request)}


def embedded(request: Received) -> Reply:
    """Answer with a vector of four numbers for each input: its length in characters, and how many of three it has."""
    given = request.json["input"]
    inputs = given if isinstance(given, list) and not isinstance(given[0], int) else [given]
    vectors = [_vector(str(each)) for each in inputs]
    is_packed = request.json.get("encoding_format") == "base64"
    shown = [base64.b64encode(array("f", each).tobytes()).decode() if is_packed else each for each in vectors]
    data = [{"object": "embedding", "index": number, "embedding": each} for number, each in enumerate(shown)]
    tokens = sum(max(1, len(str(each)) // 4) for each in inputs)
    about = {"object": "list", "model": request.json.get("model")}
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return Reply([json.dumps({**about, "data": data, "usage": usage}).encode()], headers=JSON_BODY)


def _vector(text: str) -> list[float]:
    return [float(len(text)), *(float(text.count(one)) for one in "aei")]


def _words(text: str) -> list[str]:
    return re.findall(r"\s*\S+\s*$|\s*\S+", text) or ([text] if text else [])


def _bytewise(pieces: Iterable[bytes | Pause]) -> Iterator[bytes | Pause]:
    for piece in pieces:
        if isinstance(piece, Pause):
            yield piece
        else:
            yield from (piece[at : at + 1] for at in range(len(piece)))
