"""What the addresses under /api/chat take, but for the question itself."""

from typing import Any

from pydantic import Field

from madang.chat.body import OPTION_RULES
from madang.chat.fields import schema_of
from madang.gateway.types import CacheMode
from madang.web import Body

_OPTIONS = schema_of(OPTION_RULES)


class NewConversation(Body):
    """An empty conversation; without a title it takes the first words of its first message."""

    title: str = Field("", max_length=1000)
    options: dict[str, Any] = Field({}, json_schema_extra=_OPTIONS)


class ConversationChange(Body):
    """What is to be changed; of the options those that are named, where null is the default again."""

    title: str | None = Field(None, max_length=1000)
    archived: bool | None = None
    options: dict[str, Any] | None = Field(None, json_schema_extra=_OPTIONS)
    active_turn_id: str | None = Field(None, max_length=64)


class Retry(Body):
    """How the same is asked again: past the kept answer by default, and of another model if one is named.

    Safe to send twice with the same `client_id`.
    """

    cache: CacheMode = "refresh"
    model: str | None = Field(None, min_length=1, max_length=300)
    client_id: str | None = Field(None, min_length=1, max_length=200)


class Edit(Body):
    """What is asked instead; without `attachments` the files stay the same. Safe to send twice with a `client_id`."""

    content: str
    attachments: list[str] | None = None
    client_id: str | None = Field(None, min_length=1, max_length=200)


class Draft(Body):
    """What is written and not yet sent."""

    content: str


class NewPreset(Body):
    """Options to be saved under a name."""

    name: str = Field(max_length=1000)
    options: dict[str, Any] = Field({}, json_schema_extra=_OPTIONS)


class PresetChange(Body):
    """Another name, other options, or both."""

    name: str | None = Field(None, max_length=1000)
    options: dict[str, Any] | None = Field(None, json_schema_extra=_OPTIONS)
