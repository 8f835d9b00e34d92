"""The input of a response as the messages of a chat completion."""

from collections.abc import Mapping
from typing import Any

from madang.errors import BadRequest

Chat = dict[str, Any]
_ROLES = {"user": "user", "assistant": "assistant", "system": "system", "developer": "system"}
"""Most providers know no developer; to those that do, a system message is the same."""


def messages_of(body: Mapping[str, Any]) -> list[Chat]:
    """Return the instructions and the input as messages. Raises `BadRequest` with the place in the input."""
    messages: list[Chat] = []
    if instructions := body.get("instructions"):
        messages.append({"role": "system", "content": text_at(instructions, "instructions")})
    match body.get("input"):
        case str(text):
            messages.append({"role": "user", "content": text})
        case [*items]:
            for number, item in enumerate(items):
                _add(messages, object_at(item, f"input[{number}]"), f"input[{number}]")
        case _:
            raise BadRequest("input must be a text or a list of items", param="input")
    return messages


def object_at(value: object, param: str) -> Mapping[str, Any]:
    """Return a value that must be an object. Raises `BadRequest`."""
    if not isinstance(value, dict):
        raise BadRequest(f"{param} must be an object", param=param)
    return value


def text_at(value: object, param: str) -> str:
    """Return a value that must be a text. Raises `BadRequest`."""
    if not isinstance(value, str):
        raise BadRequest(f"{param} must be a text", param=param)
    return value


def _add(messages: list[Chat], item: Mapping[str, Any], at: str) -> None:
    match item.get("type") or "message":
        case "message":
            messages.append(_message(item, at))
        case "function_call":
            _add_call(messages, item, at)
        case "function_call_output":
            call, said = text_at(item.get("call_id"), f"{at}.call_id"), _content(item.get("output"), f"{at}.output")
            messages.append({"role": "tool", "tool_call_id": call, "content": said})
        case "reasoning":
            # What a model thought stays with its provider; a chat completion has no place for it.
            pass
        case kind:
            raise BadRequest(f"items of the type {str(kind)[:60]!r} are not offered here", param=f"{at}.type")


def _message(item: Mapping[str, Any], at: str) -> Chat:
    role = _ROLES.get(str(item.get("role")))
    if role is None:
        raise BadRequest(f"{at}.role must be one of {', '.join(_ROLES)}", param=f"{at}.role")
    return {"role": role, "content": _content(item.get("content"), f"{at}.content")}


def _add_call(messages: list[Chat], item: Mapping[str, Any], at: str) -> None:
    """Add a call to the message it belongs to: a chat completion has all calls of one turn in one message."""
    texts = {name: text_at(item.get(name), f"{at}.{name}") for name in ("call_id", "name", "arguments")}
    if not messages or messages[-1]["role"] != "assistant":
        messages.append({"role": "assistant", "content": None})
    function = {"name": texts["name"], "arguments": texts["arguments"]}
    call = {"id": texts["call_id"], "type": "function", "function": function}
    messages[-1].setdefault("tool_calls", []).append(call)


def _content(content: object, at: str) -> str | list[Chat]:
    """Return the parts of a message; one text alone as a text, which every provider reads."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        raise BadRequest(f"{at} must be a text or a list of parts", param=at)
    parts = [_part(object_at(part, f"{at}[{number}]"), f"{at}[{number}]") for number, part in enumerate(content)]
    if len(parts) == 1 and parts[0]["type"] == "text":
        return str(parts[0]["text"])
    return parts


def _part(part: Mapping[str, Any], at: str) -> Chat:
    match part.get("type"):
        case "input_text" | "output_text":
            return {"type": "text", "text": text_at(part.get("text"), f"{at}.text")}
        case "refusal":
            return {"type": "text", "text": text_at(part.get("refusal"), f"{at}.refusal")}
        case "input_image":
            detail = {"detail": part["detail"]} if part.get("detail") else {}
            url = text_at(part.get("image_url"), f"{at}.image_url")
            return {"type": "image_url", "image_url": {"url": url, **detail}}
        case "input_file":
            data = text_at(part.get("file_data"), f"{at}.file_data")
            return {"type": "file", "file": {"file_data": data, "filename": part.get("filename") or "file"}}
        case kind:
            raise BadRequest(f"parts of the type {str(kind)[:60]!r} are not offered here", param=f"{at}.type")
