"""What `POST /api/chat` takes, read in one pass."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from madang.chat.fields import Choice, Flag, Ids, Number, Rule, Text, check_fields, schema_of
from madang.chat.types import Ask, Options
from madang.errors import BadRequest

OPTION_RULES: dict[str, Rule] = {
    "model": Text(1, 300),
    "temperature": Number(0, 2),
    "top_p": Number(0, 1, is_above=True),
    "max_tokens": Number(1, 1_000_000, is_whole=True),
    # What every reader of JSON holds exactly.
    "seed": Number(-(2**53) + 1, 2**53 - 1, is_whole=True),
    "reasoning_effort": Text(1, 20),
    "system_prompt": Text(0, 100_000),
    "similar": Flag(),
}
_RULES: dict[str, Rule] = {
    "content": Text(),
    "conversation_id": Text(1, 64),
    "client_id": Text(1, 200),
    "parent_id": Text(1, 64),
    "attachments": Ids(),
    "cache": Choice(("auto", "off", "refresh", "only")),
    "stream": Flag(),
    "wait": Flag(),
    **OPTION_RULES,
}
SCHEMA = schema_of(_RULES, "content")
# How the answer travels and the name of the message are no part of what is asked.
_NOT_ASKED = frozenset({"client_id", "stream", "wait"})


@dataclass(frozen=True, slots=True)
class AskBody:
    """A question and how its answer is wanted: as events, as JSON when it has ended, or not at all."""

    ask: Ask
    stream: bool
    wait: bool


def read_ask(raw: bytes, actor: str) -> AskBody:
    """Return what the body asks. Raises `BadRequest` with the name of the field."""
    try:
        given = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise BadRequest("the body is not JSON in UTF-8", field="body") from None
    values = check_fields(given, _RULES)
    if "content" not in values and not values.get("attachments"):
        raise BadRequest("content is missing", field="content")
    return AskBody(_ask(values, actor), bool(values.get("stream")), values.get("wait") is not False)


def read_options(values: Any) -> dict[str, Any]:
    """Return options as they were given. Raises `BadRequest` with the name of the field."""
    return check_fields(values, OPTION_RULES, "options.")


def _ask(values: dict[str, Any], actor: str) -> Ask:
    return Ask(
        content=values.get("content") or "",
        actor=actor,
        conversation_id=values.get("conversation_id"),
        parent_id=values.get("parent_id", "active"),
        client_id=values.get("client_id"),
        body_hash=hash_of(values),
        options=Options(**{name: values.get(name) for name in OPTION_RULES}),
        cache=values.get("cache") or "auto",
        attachments=tuple(values.get("attachments") or ()),
    )


def hash_of(values: Mapping[str, Any]) -> str:
    """Return what two bodies share that ask the same: a hash over all but the client id and the way of answering."""
    asked = {name: value for name, value in values.items() if name not in _NOT_ASKED}
    return hashlib.sha256(orjson.dumps(asked, option=orjson.OPT_SORT_KEYS)).hexdigest()
