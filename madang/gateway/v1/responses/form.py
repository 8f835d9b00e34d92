"""A chat completion in the form of a response, whole or event by event."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from madang.clock import Clock
from madang.errors import BadRequest
from madang.gateway.types import FinishReason, Receipt, Started
from madang.gateway.v1.forms import told
from madang.gateway.v1.responses.answer import Answer
from madang.gateway.v1.responses.output import Event

# What a response says of what was asked, and what it says where nothing was.
_SAID_AGAIN: dict[str, Any] = {
    "instructions": None, "max_output_tokens": None, "metadata": {}, "parallel_tool_calls": True, "temperature": None,
    "tool_choice": "auto", "tools": [], "top_p": None, "text": {"format": {"type": "text"}}, "user": None,
    "reasoning": {"effort": None, "summary": None}, "service_tier": None,
}  # fmt: skip


class AsResponse:
    """The answer to one request. Every event has a number, from 0 on."""

    def __init__(self, asked: Mapping[str, Any], clock: Clock) -> None:
        self._again = _said_again(asked)
        self._clock = clock
        self._answer: Answer | None = None
        self._number = 0

    def whole(self, body: bytes, started: Started, finish_reason: FinishReason, receipt: Receipt) -> bytes:
        """Return a response in one piece."""
        answer = self._new(started)
        steps = [*answer.take(_first(orjson.loads(body), "message")), *answer.end(finish_reason, receipt)]
        return orjson.dumps(steps[-1]["response"])

    def piece(self, data: bytes, started: Started) -> bytes:
        """Return the events of some chunks; before the first of them, that the response has begun."""
        begun = b""
        if self._answer is None:
            self._answer = self._new(started)
            begun = self._written(self._answer.begin())
        # The gateway hands on whole events, each one line of data.
        chunks = [line.removeprefix(b"data: ") for line in data.split(b"\n\n") if line.startswith(b"data: ")]
        said = [self._written(self._answer.take(_first(orjson.loads(chunk), "delta"))) for chunk in chunks]
        return begun + b"".join(said)

    def end(self, finish_reason: FinishReason, receipt: Receipt) -> bytes:
        """Return the last events, and before them the cost as a comment."""
        return told(receipt) + (self._written(self._answer.end(finish_reason, receipt)) if self._answer else b"")

    def failure(self, body: dict[str, Any]) -> bytes:
        """Return the event of a response that broke off."""
        error = body["error"]
        return self._written(self._answer.fail(error["code"], error["message"])) if self._answer else b""

    def _new(self, started: Started) -> Answer:
        head = {
            "id": f"resp_{started.call_id}",
            "object": "response",
            "created_at": int(self._clock.now().timestamp()),
            "model": started.model,
            **self._again,
            "background": False,
            "error": None,
            "incomplete_details": None,
            "previous_response_id": None,
            "store": False,
            "truncation": "disabled",
            "usage": None,
        }
        return Answer(head, started.call_id)

    def _written(self, events: Iterable[Event]) -> bytes:
        return b"".join([self._event(event) for event in events])

    def _event(self, event: Event) -> bytes:
        numbered = {"type": event["type"], "sequence_number": self._number, **event}
        self._number += 1
        return b"event: %b\ndata: %b\n\n" % (event["type"].encode(), orjson.dumps(numbered))


def _said_again(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Raises `BadRequest` for what could not be written again."""
    again = {name: usual if asked.get(name) is None else asked[name] for name, usual in _SAID_AGAIN.items()}
    try:
        orjson.dumps({"response": {"asked": again}})
    except orjson.JSONEncodeError as error:
        raise BadRequest("the body is nested too deeply") from error
    return again


def _first(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the delta or the message of the one choice; nothing where there is none."""
    for choice in found.get("choices") or ():
        if choice.get("index") in (0, None):
            words: Mapping[str, Any] = choice.get(name) or {}
            return words
    return {}
