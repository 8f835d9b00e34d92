"""One request with tools as a request for one object, which says what to call; and its answer as calls again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from madang.gateway.errors import BadUpstreamRequest, NotAnAnswer
from madang.gateway.types import FinishReason
from madang.gateway.upstream.tools.history import plain_messages
from madang.gateway.upstream.tools.schemas import Schema, fits, tamed

MOST_TOOLS = 6
"""A small model that is offered more takes the wrong one."""
_NONE = "none"
_OURS = frozenset({"tools", "tool_choice", "parallel_tool_calls", "response_format", "stream", "stream_options"})
_ANSWER: Schema = {"type": "string"}
_BEGUN = re.compile(r'^\s*\{\s*"tool"\s*:\s*"none"\s*,\s*"answer"\s*:\s*"((?:[^"\\]|\\(?:u[0-9a-fA-F]{4}|[^u]))*)')


@dataclass(frozen=True, slots=True)
class Tool:
    """One function that may be called, its arguments as a tamed schema."""

    name: str
    about: str
    arguments: Schema


class Shim:
    """Turns one request, and its answer. Raises `BadUpstreamRequest` for what the model cannot be asked."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body
        self._tools = _chosen(_tools(body.get("tools")), body.get("tool_choice"))
        if len(self._tools) > MOST_TOOLS:
            raise _bad(f"the built-in model takes at most {MOST_TOOLS} tools a call", "tools")
        self._may_answer = body.get("tool_choice") in (None, "auto")
        self._form, self._is_text = _form(body.get("response_format"))

    @staticmethod
    def applies(body: Mapping[str, Any]) -> bool:
        """Say whether a request has to do with tools."""
        messages = body.get("messages") or ()
        return bool(body.get("tools")) or any(one.get("role") == "tool" or one.get("tool_calls") for one in messages)

    def asked(self) -> dict[str, Any]:
        """Return the body to send: no tools, and one object as the form of the answer."""
        body = {name: value for name, value in self._body.items() if name not in _OURS}
        given = self._body.get("response_format")
        if not self._tools:
            form = {} if given is None else {"response_format": given}
            return {**body, "messages": plain_messages(self._body["messages"]), **form}
        messages = [{"role": "system", "content": self._told()}, *plain_messages(self._body["messages"])]
        schema = {"type": "json_schema", "json_schema": {"name": "step", "strict": True, "schema": self._schema()}}
        return {**body, "messages": _one_system(messages), "response_format": schema}

    def answered(self, data: bytes) -> tuple[dict[str, Any], FinishReason]:
        """Return the answer with its calls, and why it ended. Raises `NotAnAnswer` where a call does not fit."""
        found: dict[str, Any] = orjson.loads(data)
        if self._tools:
            found["choices"] = [self._choice(choice, found.get("id")) for choice in found["choices"]]
        reasons = sorted((choice["finish_reason"] for choice in found["choices"]), key=lambda each: each == "stop")
        return found, reasons[0]

    def _schema(self) -> Schema:
        steps = [_step({"const": tool.name}, "arguments", tool.arguments) for tool in self._tools]
        if self._may_answer:
            steps.append(_step({"const": _NONE}, "answer", self._form))
        return {"anyOf": steps} if len(steps) > 1 else steps[0]

    def _told(self) -> str:
        lines = [
            f"- {tool.name}: {tool.about} arguments: {orjson.dumps(tool.arguments).decode()}" for tool in self._tools
        ]
        answer = (
            'To answer in words, write {"tool": "none", "answer": "…"}. Greetings, opinions, writing, common knowledge '
            "and what a result already tells need no tool.\n"
        )
        return (
            "You can use these tools:\n" + "\n".join(lines) + "\n"
            'To use one, write {"tool": its name, "arguments": {…}} with values from what the user said.\n'
            + (answer if self._may_answer else "")
            + "Use the language of the user."
        )

    def _choice(self, choice: dict[str, Any], number: object) -> dict[str, Any]:
        text = str(choice["message"].get("content") or "")
        if choice["finish_reason"] == "length":
            words = _begun(text) if self._is_text and self._may_answer else ""
            return {**choice, "message": {"role": "assistant", "content": words}}
        step = _parsed(text)
        if self._may_answer and step.get("tool") == _NONE and fits(step.get("answer"), self._form):
            answer = step["answer"]
            words = answer if self._is_text else orjson.dumps(answer).decode()
            return {**choice, "message": {"role": "assistant", "content": words}, "finish_reason": "stop"}
        for tool in self._tools:
            if step.get("tool") == tool.name and fits(step.get("arguments"), tool.arguments):
                function = {"name": tool.name, "arguments": orjson.dumps(step["arguments"]).decode()}
                call = {"id": f"call_{number}_{choice['index']}", "type": "function", "function": function}
                message = {"role": "assistant", "content": None, "tool_calls": [call]}
                return {**choice, "message": message, "finish_reason": "tool_calls"}
        raise NotAnAnswer("the model wrote a call that fits no tool")


def chunks_of(found: Mapping[str, Any], wants_usage: bool) -> bytes:
    """Return a whole answer as the events of a stream."""
    about = {"id": found.get("id"), "object": "chat.completion.chunk", "created": found.get("created", 0),
             "model": found.get("model")}  # fmt: skip
    events: list[dict[str, Any]] = []
    for choice in found["choices"]:
        delta = dict(choice["message"])
        if calls := delta.get("tool_calls"):
            delta["tool_calls"] = [{"index": at, **call} for at, call in enumerate(calls)]
        place = {"index": choice["index"]}
        events.append({**about, "choices": [{**place, "delta": delta, "finish_reason": None}]})
        events.append({**about, "choices": [{**place, "delta": {}, "finish_reason": choice["finish_reason"]}]})
    if wants_usage and found.get("usage"):
        events.append({**about, "choices": [], "usage": found["usage"]})
    return b"".join([b"data: %b\n\n" % orjson.dumps(event) for event in events])


def _tools(given: object) -> list[Tool]:
    if not given:
        return []
    if not isinstance(given, list):
        raise _bad("tools must be a list", "tools")
    return [_tool(one, f"tools[{at}]") for at, one in enumerate(given)]


def _tool(given: object, at: str) -> Tool:
    match given:
        case {"type": "function", "function": {"name": str(name), **more}} if name and name != _NONE:
            try:
                parameters = more.get("parameters") or {"type": "object", "properties": {}}
                arguments = tamed(parameters)
            except ValueError as error:
                raise _bad("the built-in model cannot follow this schema", f"{at}.function.parameters") from error
            return Tool(name, str(more.get("description") or ""), arguments)
    raise _bad("the built-in model takes functions with a name of their own", at)


def _chosen(tools: list[Tool], choice: object) -> list[Tool]:
    match choice:
        case None | "auto" | "required":
            return tools
        case "none":
            return []
        case {"type": "function", "function": {"name": name}} if any(tool.name == name for tool in tools):
            return [tool for tool in tools if tool.name == name]
    raise _bad("the built-in model knows auto, none, required, or a function of the tools", "tool_choice")


def _form(given: object) -> tuple[Schema, bool]:
    """Return the form of an answer in words, and whether it is a text."""
    match given:
        case None | {"type": "text"}:
            return _ANSWER, True
        case {"type": "json_object"}:
            return {"type": "object"}, False
        case {"type": "json_schema", "json_schema": {"schema": schema}}:
            try:
                return tamed(schema), False
            except ValueError as error:
                raise _bad("the built-in model cannot follow this schema", "response_format") from error
    raise _bad("the built-in model knows text, json_object and json_schema", "response_format")


def _step(tool: Schema, name: str, inner: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {"tool": tool, name: inner},
        "required": ["tool", name],
        "additionalProperties": False,
    }


def _one_system(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put what the program says to the model behind what we do: its template takes one system message, the first."""
    systems = [str(one["content"]) for one in messages if one["role"] == "system"]
    others = [one for one in messages if one["role"] != "system"]
    return [{"role": "system", "content": "\n\n".join([*systems[1:], systems[0]])}, *others]


def _parsed(text: str) -> dict[str, Any]:
    try:
        step = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise NotAnAnswer("the model wrote no object") from error
    return step if isinstance(step, dict) else {}


def _begun(text: str) -> str:
    """Return what is there of an answer that was cut off."""
    begun = _BEGUN.match(text)
    try:
        return str(orjson.loads(f'"{begun[1]}"')) if begun else ""
    except orjson.JSONDecodeError:
        # It ends within a letter that takes two escapes.
        return ""


def _bad(message: str, param: str) -> BadUpstreamRequest:
    return BadUpstreamRequest(message, http_status=400, provider_message=message, provider_param=param)
