"""Which requests may be answered with a similar one's answer, and what of them must be the very same. Pure."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from madang.gateway.canonical import key_of
from madang.gateway.messages import Message
from madang.gateway.semantic.types import Question
from madang.gateway.types import Caller, ChatRequest, Provider, RawRequest

LONGEST = 500
"""Characters of a question. Embedders read the beginning of a text only, and long texts are alike by their length."""
# Whatever stands in a body beside these, such as tools, a schema or several answers, may need an answer of its own.
_PLAIN_FIELDS = frozenset(
    {
        "model",
        "messages",
        "temperature",
        "top_p",
        "max_tokens",
        "max_completion_tokens",
        "seed",
        "stop",
        "stream",
        "stream_options",
        "presence_penalty",
        "frequency_penalty",
        "reasoning_effort",
        "user",
    }
)
_PLAIN_ROLES = frozenset({"system", "developer", "user", "assistant"})
# Two such questions mean the same and have another answer a moment later.
_OF_THE_MOMENT = re.compile(
    r"\b(now|today|tonight|tomorrow|yesterday|currently|latest|recent(ly)?|this (week|month|year|morning|evening)"
    r"|(last|next) (night|week|month|year)|right now|what time|o'?clock)\b"
    r"|지금|오늘|내일|어제|모레|그제|현재|최신|최근|요즘|방금|아까|올해|작년|내년|몇 ?시"
    r"|(이번|다음|지난) ?(주|달|해)",
    re.IGNORECASE,
)


def question_of(
    request: ChatRequest | RawRequest, caller: Caller, provider: Provider, model: str, key: str
) -> Question | None:
    """Return the question of a request, or None where only its own answer will do.

    `key` is that of the request. A bucket is one token's, or the people's: nobody is answered from what others asked.
    """
    if not request.similar:
        return None
    text = _text_of_chat(request) if isinstance(request, ChatRequest) else _text_of_raw(request)
    if text is None or not text.strip() or len(text) > LONGEST or _OF_THE_MOMENT.search(text):
        return None
    rest = key_of(_without_question(request), provider, model)
    audience = f"token:{caller.token_id}" if caller.token_id else "people"
    return Question(text, hashlib.sha256(f"{audience}\n{rest}".encode()).hexdigest(), key)


def _text_of_chat(request: ChatRequest) -> str | None:
    messages = request.messages
    is_plain = all(isinstance(message.content, str) for message in messages)
    if not messages or messages[-1].role != "user" or not is_plain:
        return None
    return messages[-1].text


def _text_of_raw(request: RawRequest) -> str | None:
    messages = request.body.get("messages")
    if request.endpoint != "chat/completions" or not set(request.body) <= _PLAIN_FIELDS or not messages:
        return None
    if not all(_is_plain(message) for message in messages) or messages[-1]["role"] != "user":
        return None
    return str(messages[-1]["content"])


def _is_plain(message: Mapping[str, Any]) -> bool:
    """Say whether a message of a program holds words alone."""
    is_bare = set(message) == {"role", "content"}
    return is_bare and message["role"] in _PLAIN_ROLES and isinstance(message["content"], str)


def _without_question(request: ChatRequest | RawRequest) -> ChatRequest | RawRequest:
    if isinstance(request, ChatRequest):
        return replace(request, messages=(*request.messages[:-1], Message("user", "")))
    messages: Sequence[Any] = request.body["messages"]
    body = {**request.body, "messages": [*messages[:-1], {"role": "user", "content": ""}]}
    return replace(request, body=body)
