"""Answers of a provider that are more than words."""

import json
from typing import Any

from madang.gateway.fake_upstream import Fault
from madang.gateway.fake_upstream.turns import JSON_BODY, chunk, event

USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


def whole(*choices: dict[str, Any], usage: object = USAGE, **more: Any) -> Fault:
    """A completion in one piece."""
    numbered = [{"index": number, "finish_reason": "stop", **choice} for number, choice in enumerate(choices)]
    about = {"id": "chatcmpl-fake", "object": "chat.completion", "created": 0, "model": "fake-model"}
    body = {**about, "choices": numbered, **({} if usage is None else {"usage": usage}), **more}
    return Fault((json.dumps(body, ensure_ascii=False).encode(),), headers=JSON_BODY)


def streamed(*chunks: dict[str, Any], usage: object = USAGE) -> Fault:
    """A completion in pieces, each of which is a chunk, with its usage before `[DONE]`."""
    last = {**chunk({}, model="fake-model"), "choices": [], "usage": usage}
    told = [*chunks, *([] if usage is None else [last]), "[DONE]"]
    return Fault(tuple(event(each) for each in told))


def piece(index: int, delta: dict[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
    """A chunk of one of several choices."""
    choice = {"index": index, "delta": delta, "finish_reason": finish, **more}
    return {"id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": 0, "model": "m", "choices": [choice]}


WEATHER = {
    "type": "function",
    "function": {
        "name": "weather",
        "description": "The weather of a place",
        "parameters": {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]},
    },
}
CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"place": "서울"}'}}
