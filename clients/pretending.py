"""A provider that does what it is asked as far as form goes: it calls tools and fills schemas, and means nothing."""

import json
from typing import Any

from madang.gateway.fake_upstream import Fault, Received, Say, Turn
from madang.gateway.fake_upstream.turns import JSON_BODY, chunk, event

_USAGE = {
    "prompt_tokens": 12, "completion_tokens": 8, "total_tokens": 20,
    "prompt_tokens_details": {"cached_tokens": 4}, "completion_tokens_details": {"reasoning_tokens": 2},
}  # fmt: skip


def pretend(request: Received) -> Turn:
    """Return a call of the tool that is offered, an object of the schema that is wanted, or a few words."""
    body = request.json
    is_answered = body["messages"][-1]["role"] == "tool"
    if body.get("tools") and body.get("tool_choice") != "none" and not is_answered:
        return _calling(body)
    form = body.get("response_format") or {}
    if form.get("type") == "json_schema":
        return Say(json.dumps(_filled(form["json_schema"]["schema"])), usage=_USAGE)
    if form.get("type") == "json_object":
        return Say(json.dumps({"setup": "why", "punchline": "because"}), usage=_USAGE)
    return Say("Hello there, this is an answer.", usage=_USAGE)


def _calling(body: dict[str, Any]) -> Turn:
    choice = body.get("tool_choice")
    wanted = choice["function"]["name"] if isinstance(choice, dict) else None
    tools = [tool["function"] for tool in body["tools"]]
    tool = next((tool for tool in tools if tool["name"] == wanted), tools[0])
    arguments = json.dumps(_filled(tool.get("parameters") or {}))
    call = {"id": "call_1", "type": "function", "function": {"name": tool["name"], "arguments": arguments}}
    if body.get("stream"):
        first = {"index": 0, **call, "function": {"name": tool["name"], "arguments": ""}}
        pieces = [
            chunk({"role": "assistant", "tool_calls": [first]}),
            *(chunk({"tool_calls": [{"index": 0, "function": {"arguments": letter}}]}) for letter in arguments),
            chunk({}, "tool_calls"),
            {**chunk({}), "choices": [], "usage": _USAGE},
            "[DONE]",
        ]  # fmt: skip
        return Fault(tuple(event(piece) for piece in pieces))
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    choices = [{"index": 0, "message": message, "finish_reason": "tool_calls"}]
    about = {"id": "chatcmpl-fake", "object": "chat.completion", "created": 0, "model": body["model"]}
    return Fault((json.dumps({**about, "choices": choices, "usage": _USAGE}).encode(),), headers=JSON_BODY)


def _filled(schema: dict[str, Any]) -> Any:
    """Return a value that a schema allows."""
    match schema.get("type"):
        case "object":
            return {name: _filled(inner) for name, inner in schema.get("properties", {}).items()}
        case "array":
            return [_filled(schema.get("items", {}))]
        case "integer" | "number":
            return 3
        case "boolean":
            return True
        case _:
            return schema.get("enum", ["words, 你好, こんにちは"])[0]
