"""A conversation with calls and their results, as words that a model without tools understands."""

from typing import Any

import orjson

Message = dict[str, Any]


def plain_messages(messages: list[Message]) -> list[Message]:
    """Return the messages with each call as what the model wrote, and each result as something it is told."""
    names: dict[object, str] = {}
    return [_plain(message, names) for message in messages]


def _plain(message: Message, names: dict[object, str]) -> Message:
    role, content = message.get("role"), message.get("content")
    if role == "tool":
        name = names.get(message.get("tool_call_id"), "the tool")
        told = f"Result of {name}: {_words(content)}\nAnswer my question with it, or use another tool if one is needed."
        return {"role": "user", "content": told}
    if role == "assistant" and isinstance(calls := message.get("tool_calls"), list):
        steps = [_step(call, names) for call in calls if isinstance(call, dict)]
        return {"role": "assistant", "content": "\n".join([*([_words(content)] if content else []), *steps])}
    if role in {"system", "developer"}:
        return {"role": "system", "content": _words(content)}
    return message


def _step(call: Message, names: dict[object, str]) -> str:
    found = call.get("function")
    function = found if isinstance(found, dict) else {}
    name, arguments = str(function.get("name")), str(function.get("arguments") or "{}")
    names[call.get("id")] = name
    return f'{{"tool": {orjson.dumps(name).decode()}, "arguments": {arguments}}}'


def _words(content: object) -> str:
    parts = content if isinstance(content, list) else [content]
    texts = (part.get("text") if isinstance(part, dict) else part for part in parts)
    return "\n".join(text for text in texts if isinstance(text, str))
