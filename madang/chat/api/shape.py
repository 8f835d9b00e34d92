"""The shapes of answers under /api/chat, for readers of the API's description."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import orjson
from fastapi import Response
from pydantic import BaseModel

from madang.chat.types import Json, TitleSource, TurnStatus
from madang.gateway.types import CacheMode


class OptionsShape(BaseModel):
    """How a model is asked; null leaves it to the preferences and the provider."""

    model: str | None
    temperature: float | None
    top_p: float | None
    max_tokens: int | None
    seed: int | None
    reasoning_effort: str | None
    system_prompt: str | None
    similar: bool | None


class GaugeShape(BaseModel):
    """How full the model's context is; the limit is null where it is unknown."""

    used_tokens: int
    limit_tokens: int | None
    trimmed_turns: int


class ConversationShape(BaseModel):
    """A conversation without its turns. One that is `damaged` cannot be opened; it can be deleted."""

    id: str
    title: str
    title_source: TitleSource
    created_at: datetime
    updated_at: datetime
    archived: bool
    deleted: bool
    damaged: bool = False
    options: OptionsShape
    active_turn_id: str | None
    context: GaugeShape | None


class AttachmentShape(BaseModel):
    """A file that came with a question."""

    id: str
    name: str
    media_type: str
    size_bytes: int
    kind: Literal["image", "text"]


class ErrorShape(BaseModel):
    """Why a turn has no whole answer; the log has it under `id`, which is the turn's."""

    code: str
    message: str
    details: dict[str, Any]
    id: str


class LikenessShape(BaseModel):
    """The question that a kept answer was given to, and how alike it is to the one that was asked (at most 1)."""

    question: str
    score: float
    age_seconds: int


class ReceiptShape(BaseModel):
    """What the answer took. Money is in micro-dollars; an unknown cost is null.

    Where a rule chose the model, `route_name` is the rule's, `route_instead_of` the model that would have answered, and
    `route_saved_microusd` about what that saved. Of the conversation the `trimmed_turns` oldest turns were left out;
    `trimmed_tokens` is about how many tokens less that was, where the person wanted it so.
    With `is_at_most` the cost is what a cap reserved, since nobody counted. `capped_at_tokens` is how long the
    answer could get where only the cap limited it. `masked_secrets`
    counts the keys and other known secrets that the answer repeated; a mask stands in their place.
    """

    call_id: str
    model: str
    provider: str
    cache: Literal["hit", "similar", "miss", "off", "shared"]
    is_free: bool
    latency_ms: int
    ttft_ms: int | None
    prompt_tokens: int | None
    cached_tokens: int | None
    completion_tokens: int | None
    reasoning_tokens: int | None
    cost_microusd: int | None
    is_at_most: bool = False
    price_date: str | None
    cache_age_seconds: int | None
    saved_microusd: int | None
    capped_at_tokens: int | None = None
    masked_secrets: int = 0
    route_name: str | None = None
    route_instead_of: str | None = None
    route_saved_microusd: int | None = None
    trimmed_turns: int = 0
    trimmed_tokens: int | None = None
    similar: LikenessShape | None = None


class TurnShape(BaseModel):
    """One question and its answer. `held` says that a queued turn waits for a person."""

    id: str
    conversation_id: str
    parent_id: str | None
    client_id: str | None
    content: str
    attachments: list[AttachmentShape]
    answer: str
    reasoning: str
    status: TurnStatus
    held: bool
    error: ErrorShape | None
    finish_reason: str | None
    model: str | None
    receipt: ReceiptShape | None
    cache_asked: CacheMode
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    waiting: dict[str, Any] | None


class TurnMarkShape(BaseModel):
    """A turn without its words."""

    id: str
    parent_id: str | None
    client_id: str | None
    status: TurnStatus


class SnapshotShape(BaseModel):
    """A conversation with all its branches, as of event `number` of the stream `conversation:{id}`.

    `others` are turns whose words were not asked for.
    """

    conversation: ConversationShape
    turns: list[TurnShape]
    others: list[TurnMarkShape]
    number: int


class AnswerShape(BaseModel):
    """An ended turn, in short. `error` is there when the answer is not whole, with the status of the error."""

    conversation_id: str
    turn_id: str
    content: str
    status: TurnStatus
    receipt: ReceiptShape | None
    error: ErrorShape | None = None


class AcceptedShape(BaseModel):
    """A turn that is stored; its words come after event `number` of the stream `conversation:{id}`."""

    conversation_id: str
    turn_id: str
    status: TurnStatus
    number: int


class PresetShape(BaseModel):
    """Options saved under a name."""

    id: str
    name: str
    options: OptionsShape
    created_at: datetime


def answer(data: Json, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return `data` as JSON, encoded once."""
    return Response(orjson.dumps(data), status, headers, media_type="application/json")
