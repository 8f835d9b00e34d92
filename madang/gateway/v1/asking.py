"""What a program asks: OpenAI's body, read only as far as the cache and the caps need it."""

from collections.abc import Mapping
from typing import Any, Literal, cast

import orjson

from madang.errors import BadRequest
from madang.gateway.rules import CODE_MARK, Question
from madang.gateway.tokens import IMAGE_TOKENS, MESSAGE_TOKENS, estimate_tokens
from madang.gateway.types import CacheMode, RawRequest

_MODES = frozenset({"off", "refresh", "only", "similar"})
CacheWish = Literal["auto", "always", "off", "refresh", "only", "similar"]
"""What is wished for; `always` is that of a token whose answers are kept, where the request says nothing."""
# Whoever takes the answer to a similar question takes one to the very same.
_LOOSE = frozenset({"similar", "always"})
AUTO = "auto"
"""The name that leaves the choice to the person's rules and their default model."""
_LIMITS = ("max_tokens", "max_completion_tokens")
_MOST_ANSWERS = 128
# Above what a provider adds to a message, and counts for one picture or file of which only the address is here.
_MESSAGE_TOKENS, _FILE_TOKENS = 64, 50_000


def parsed(data: bytes) -> dict[str, Any]:
    """Return a body as an object. Raises `BadRequest`."""
    try:
        body = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise BadRequest("the body is not JSON") from error
    if not isinstance(body, dict):
        raise BadRequest("the body is not an object")
    return body


def cache_wish(asked: str | None, keeps_answers: bool) -> CacheWish:
    """Return what the header `x-madang-cache` asks for, or else the token. Raises `BadRequest`."""
    if asked is None:
        return "always" if keeps_answers else "auto"
    if asked not in _MODES:
        raise BadRequest("x-madang-cache is one of off, refresh, only, similar", param="x-madang-cache")
    return cast(CacheWish, asked)


def chat_request(data: bytes, asked: CacheWish) -> RawRequest:
    """Return a request for a chat completion. Raises `BadRequest` where the cache or a cap could not trust it."""
    return chat_of(parsed(data), len(data), asked)


def chat_of(body: dict[str, Any], length: int, asked: CacheWish) -> RawRequest:
    """Return a request for a chat completion of a body that takes `length` bytes. Raises `BadRequest`."""
    messages = body.get("messages")
    if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
        raise BadRequest("messages must be a list of objects", param="messages")
    options = body.get("stream_options")
    if options is not None and not isinstance(options, dict):
        raise BadRequest("stream_options must be an object", param="stream_options")
    limits = [limit for name in _LIMITS if (limit := count(body, name, 2**31)) is not None]
    return RawRequest(
        model=named_model(body),
        endpoint="chat/completions",
        body=body,
        longest_prompt=length + _MESSAGE_TOKENS * (len(messages) + 1) + _FILE_TOKENS * _files(messages),
        max_tokens=max(limits, default=None),
        answers=count(body, "n", _MOST_ANSWERS) or 1,
        is_streamed=flag(body, "stream"),
        cache=_mode(asked, body, messages),
        similar=asked == "similar",
    )


def embeddings_request(data: bytes, asked: CacheWish) -> RawRequest:
    """Return a request for vectors, which are the same for the same words. Raises `BadRequest`."""
    body = parsed(data)
    if not isinstance(body.get("input"), str | list) or not body["input"]:
        raise BadRequest("input must be a text or a list", param="input")
    if not (model := named_model(body)):
        raise BadRequest("model must be named", param="model")
    prompt = len(data) + _MESSAGE_TOKENS * (len(body["input"]) if isinstance(body["input"], list) else 1)
    mode: CacheMode = "auto" if asked in _LOOSE else cast(CacheMode, asked)
    return RawRequest(model, "embeddings", body, prompt, max_tokens=1, answers=0, cache=mode)


def named_model(body: Mapping[str, Any]) -> str:
    """Return the model's name; none is the default one. Raises `BadRequest`."""
    model = body.get("model")
    if model is not None and not isinstance(model, str):
        raise BadRequest("model must be a name", param="model")
    return model or ""


def count(body: Mapping[str, Any], name: str, most: int) -> int | None:
    """Return a whole number from 1 to `most`, or `None` where there is none. Raises `BadRequest`."""
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
        raise BadRequest(f"{name} must be a whole number from 1 to {most}", param=name)
    return value


def flag(body: Mapping[str, Any], name: str) -> bool:
    """Return a yes or no; nothing is a no. Raises `BadRequest`."""
    value = body.get(name)
    if value is not None and not isinstance(value, bool):
        raise BadRequest(f"{name} must be true or false", param=name)
    return bool(value)


def question_of(request: RawRequest) -> Question:
    """Return what routing rules look at in a request: what the user said last, and about how much there is in all.

    What tools gave since then is no question: one that needs them goes to the same model all the way.
    """
    messages = request.body["messages"]
    asked = [message for message in messages if message.get("role") == "user"][-1:]
    words = "".join(map(_text, asked))
    return Question(
        "api",
        len(words),
        sum(estimate_tokens(_text(one)) + MESSAGE_TOKENS for one in messages) + IMAGE_TOKENS * _files(messages),
        has_files=_files(asked) > 0,
        has_images=_files(messages) > 0,
        has_code=CODE_MARK in words,
    )


def is_settled(body: Mapping[str, Any], messages: list[Any]) -> bool:
    """Say whether the same words are to give the same answer, and none of them came out of a tool."""
    is_asked = body.get("temperature") == 0 or body.get("seed") is not None
    return is_asked and not _came_out_of_a_tool(messages)


def _mode(asked: CacheWish, body: Mapping[str, Any], messages: list[Any]) -> CacheMode:
    if asked != "auto" and asked not in _LOOSE:
        return cast(CacheMode, asked)
    may_keep = is_settled(body, messages) or (asked in _LOOSE and not _came_out_of_a_tool(messages))
    return "auto" if may_keep else "off"


def _came_out_of_a_tool(messages: list[Any]) -> bool:
    return any(message.get("role") in {"tool", "function"} for message in messages)


def _text(message: Mapping[str, Any]) -> str:
    """Return the words of a message."""
    content = message.get("content")
    parts = content if isinstance(content, list) else [content]
    texts = (part.get("text") if isinstance(part, dict) else part for part in parts)
    return "\n".join(text for text in texts if isinstance(text, str))


def _files(messages: list[Any]) -> int:
    """Return how many parts are no text."""
    parts = (part for message in messages if isinstance(message.get("content"), list) for part in message["content"])
    return sum(not isinstance(part, dict) or part.get("type") != "text" for part in parts)
