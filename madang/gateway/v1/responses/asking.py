"""What a program asks of `/v1/responses`, as a request for a chat completion."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from madang.errors import BadRequest
from madang.gateway.types import RawRequest
from madang.gateway.v1 import asking
from madang.gateway.v1.responses.items import messages_of, object_at, text_at

# These mean the same in both.
_CARRIED = (
    "temperature", "top_p", "parallel_tool_calls", "service_tier", "prompt_cache_key", "safety_identifier", "user",
    "seed",
)  # fmt: skip
_READ = frozenset({
    "model", "input", "instructions", "max_output_tokens", "metadata", "reasoning", "text", "tools", "tool_choice",
    "stream", "stream_options", "include", "truncation",
})  # fmt: skip
# There are never such thoughts to give, and agents ask for them at every turn.
_INCLUDED = frozenset({"reasoning.encrypted_content"})
_CHOICES = frozenset({"auto", "none", "required"})


def responses_request(body: Mapping[str, Any], asked: asking.CacheWish) -> RawRequest:
    """Return a request for the same thing as a chat completion.

    Raises `BadRequest` for what that cannot give, with the name of the field: nothing is left out in silence.
    """
    _check(body)
    limit = asking.count(body, "max_output_tokens", 2**31)
    chat = _chat(body)
    try:
        length = len(orjson.dumps(chat))
    except orjson.JSONEncodeError as error:
        raise BadRequest("the body is nested too deeply") from error
    # The name of the limit is left to the gateway, which knows what a provider calls it.
    return replace(asking.chat_of(chat, length, asked), max_tokens=limit)


def _check(body: Mapping[str, Any]) -> None:
    for name, value in body.items():
        if value and name not in _READ and name not in _CARRIED:
            raise BadRequest(f"{name[:60]} is not offered here", param=name[:60])
    if body.get("truncation") not in {None, "disabled"}:
        raise BadRequest("truncation is not offered here: nothing is left out of what is asked", param="truncation")
    included = body.get("include") or []
    if not isinstance(included, list) or not all(isinstance(name, str) and name in _INCLUDED for name in included):
        raise BadRequest(f"include may hold {', '.join(_INCLUDED)}", param="include")
    object_at(body.get("metadata") or {}, "metadata")
    object_at(body.get("stream_options") or {}, "stream_options")


def _chat(body: Mapping[str, Any]) -> dict[str, Any]:
    chat = {"messages": messages_of(body), **{name: body[name] for name in _CARRIED if body.get(name) is not None}}
    if model := asking.named_model(body):
        chat["model"] = model
    if asking.flag(body, "stream"):
        chat["stream"] = True
    if effort := object_at(body.get("reasoning") or {}, "reasoning").get("effort"):
        chat["reasoning_effort"] = effort
    tools = body.get("tools") or []
    if not isinstance(tools, list):
        raise BadRequest("tools must be a list", param="tools")
    if tools:
        chat["tools"] = [_tool(object_at(tool, f"tools[{at}]"), f"tools[{at}]") for at, tool in enumerate(tools)]
    if (choice := body.get("tool_choice")) is not None:
        chat["tool_choice"] = _choice(choice)
    return chat | _text(object_at(body.get("text") or {}, "text"))


def _tool(tool: Mapping[str, Any], at: str) -> dict[str, Any]:
    if tool.get("type") != "function":
        raise BadRequest(
            f"tools of the type {str(tool.get('type'))[:60]!r} are not offered here, only function", param=f"{at}.type"
        )
    named = {"name": text_at(tool.get("name"), f"{at}.name")}
    told = {name: tool[name] for name in ("description", "parameters", "strict") if tool.get(name) is not None}
    return {"type": "function", "function": named | told}


def _choice(choice: object) -> str | dict[str, Any]:
    match choice:
        case str() if choice in _CHOICES:
            return choice
        case {"type": "function", "name": str(name)}:
            return {"type": "function", "function": {"name": name}}
        case _:
            known = ", ".join(sorted(_CHOICES))
            raise BadRequest(f"tool_choice must be one of {known}, or a function by its name", param="tool_choice")


def _text(text: Mapping[str, Any]) -> dict[str, Any]:
    verbosity = {"verbosity": text["verbosity"]} if text.get("verbosity") else {}
    form = object_at(text.get("format") or {"type": "text"}, "text.format")
    match form.get("type"):
        case "text":
            return verbosity
        case "json_object":
            return verbosity | {"response_format": {"type": "json_object"}}
        case "json_schema":
            names = ("name", "description", "schema", "strict")
            told = {name: form[name] for name in names if form.get(name) is not None}
            return verbosity | {"response_format": {"type": "json_schema", "json_schema": told}}
        case _:
            raise BadRequest("text.format.type must be one of text, json_object, json_schema", param="text.format.type")
