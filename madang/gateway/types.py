"""What passes through the door: a request and its caller on the way in, chunks and a receipt on the way out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from madang.gateway.addresses import is_loopback
from madang.gateway.messages import Message, Upload

CacheMode = Literal["auto", "off", "refresh", "only"]
CacheOutcome = Literal["hit", "similar", "miss", "off", "shared"]
"""`similar` was kept for a question that means the same; `shared` had somebody else begun and paid for just then."""
Feature = Literal["chat", "title", "check", "api", "similar"]
"""`similar` are the vectors by which similar questions are found."""
FinishReason = Literal["stop", "length", "content_filter", "tool_calls"]
Tier = Literal["default", "flex", "priority"]
"""How soon a provider answers, and at which price: `flex` waits for a quiet moment."""
Endpoint = Literal["chat/completions", "embeddings", "audio/speech", "audio/transcriptions", "audio/translations"]
ProviderKind = Literal["openai", "compatible", "builtin", "ollama", "lmstudio", "llamacpp", "vllm"]
ProviderSource = Literal["openai", "environment", "settings", "found", "builtin"]
LOCAL_KINDS: frozenset[ProviderKind] = frozenset({"builtin", "ollama", "lmstudio", "llamacpp", "vllm"})
CallStatus = Literal["done", "incomplete", "error", "cancelled", "lost"]
WaitingReason = Literal["builtin", "rate_limited", "retrying", "busy"]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What is asked of a model. `model` is `provider_id/model name`; a `None` is the provider's own default.

    With `similar` the kept answer to a similar question will do.
    """

    model: str
    messages: tuple[Message, ...]
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    reasoning_effort: str | None = None
    cache: CacheMode = "auto"
    similar: bool = False
    tier: Tier | None = None
    answers: ClassVar[int] = 1


@dataclass(frozen=True, slots=True)
class RawRequest:
    """A request in OpenAI's own words: `body` goes to `endpoint` as it is, but for the model's name and the limit.

    `longest_prompt` is a number of tokens that what is asked cannot pass. `max_tokens` bounds each of `answers`
    answers; where `answers` is 0 nothing is written by the model. With an `upload` that form goes instead of `body`.
    """

    model: str
    endpoint: Endpoint
    body: Mapping[str, Any]
    longest_prompt: int
    max_tokens: int | None = None
    answers: int = 1
    is_streamed: bool = False
    cache: CacheMode = "auto"
    similar: bool = False
    upload: Upload | None = None

    @property
    def is_sound(self) -> bool:
        """Say whether it is about speech, which is paid by the second or the letter and not by the token."""
        return self.endpoint.startswith("audio/")

    @property
    def tier(self) -> str | None:
        """Return what it asks for in `service_tier`, or that it is sound: another one than the usual may cost more."""
        asked = self.endpoint if self.is_sound else self.body.get("service_tier")
        return None if asked is None else str(asked)


Request = ChatRequest | RawRequest


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and for what: it goes into the ledger, never to the provider.

    `token_id` is the bearer token of the program that asks; a signed-in person has none.
    """

    feature: Feature
    actor: str
    conversation_id: str | None = None
    turn_id: str | None = None
    token_id: str | None = None
    models: frozenset[str] | None = None
    """The ids of the only models that may answer; `None` is any."""
    route: "Route | None" = None
    trim: "Trim | None" = None
    billed: "Callable[[Receipt], None] | None" = field(default=None, compare=False, repr=False)
    """Told what the call took when it has ended, however it ended: whoever stops it hears nothing else."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the provider counted them; `None` where it did not say. Cached ones are part of the prompt's."""

    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why a kept answer was taken for another question: the one it was given to, how alike the two are (at most 1)."""

    question: str
    score: float
    age_seconds: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one call took. Money is integer micro-dollars; an unknown cost is `None`, never 0.

    Where a rule chose the model, `route_name` is the rule's, `route_instead_of` the model that would have answered, and
    `route_saved_microusd` about what that saved. Of a conversation the `trimmed_turns` oldest turns were left out;
    `trimmed_tokens` is about how many tokens less that was, where the person wanted it so.
    With `is_at_most` the cost is what the cap reserved, since nobody counted. `capped_at_tokens` is how long the answer
    could get where only a cap limited it. `masked_secrets`
    counts the keys and other known secrets that the answer repeated; a mask stands in their place.
    """

    call_id: str
    model: str
    provider: str
    cache: CacheOutcome
    is_free: bool
    latency_ms: int
    ttft_ms: int | None = None
    prompt_tokens: int | None = None
    cached_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None
    cost_microusd: int | None = None
    is_at_most: bool = False
    price_date: str | None = None
    cache_age_seconds: int | None = None
    saved_microusd: int | None = None
    capped_at_tokens: int | None = None
    masked_secrets: int = 0
    route_name: str | None = None
    route_instead_of: str | None = None
    route_saved_microusd: int | None = None
    trimmed_turns: int = 0
    trimmed_tokens: int | None = None
    similar: Likeness | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """The first chunk of an answer: which model speaks. With `is_reserved` a cap holds the most the call may cost."""

    model: str
    provider: str
    cache: CacheOutcome
    is_builtin: bool
    is_reserved: bool = False
    call_id: str = ""
    similar: Likeness | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing to read yet, and why. `detail` holds JSON values, such as `retry_at` (ISO 8601) or `progress_bytes`."""

    reason: WaitingReason
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next words of the answer. `masked` counts the secrets that were masked in them."""

    text: str
    masked: int = 0


@dataclass(frozen=True, slots=True)
class ReasoningDelta:
    """The next words of what the model thinks before it answers, where the provider shows them."""

    text: str
    masked: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """The last chunk of a whole answer."""

    finish_reason: FinishReason
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Relayed:
    """The next bytes of the answer to a `RawRequest`: whole events of its stream, or the whole body.

    `masked` counts the secrets that were masked in them. `media_type` is told where an address has several.
    """

    data: bytes
    masked: int = 0
    media_type: str | None = None


Chunk = Started | Waiting | TextDelta | ReasoningDelta | Finished
RawChunk = Started | Waiting | Relayed | Finished
AnyChunk = Chunk | RawChunk


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs, in micro-dollars per million tokens, and the day the price is from."""

    input_microusd_per_mtok: int
    output_microusd_per_mtok: int
    date: str | None = None
    cached_microusd_per_mtok: int | None = None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """A model that can be chosen. `id` is `provider_id/model name`; `context_tokens` is `None` where it is unknown.

    `is_default` marks the one that answers where none is named; it is told with the list of all models only.
    """

    id: str
    name: str
    provider: str
    provider_name: str
    is_local: bool
    is_free: bool
    is_builtin: bool = False
    sees_images: bool = False
    context_tokens: int | None = None
    reasons: bool = False
    is_default: bool = False
    price: Price | None = None
    available: bool = True
    unavailable_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Trim:
    """What was left out of a conversation: so many turns, and about how many tokens of them by the person's wish."""

    turns: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Route:
    """The person's rule that chose the model, by its id and name, and the model that would have answered without it."""

    id: str
    name: str
    instead_of: ModelInfo


@dataclass(frozen=True, slots=True)
class Provider:
    """Somebody who answers with models. The prices are those that the person entered, if any."""

    id: str
    name: str
    base_url: str
    kind: ProviderKind
    source: ProviderSource
    enabled: bool = True
    price_input_microusd_per_mtok: int | None = None
    price_output_microusd_per_mtok: int | None = None

    @property
    def is_local(self) -> bool:
        """Say whether what is sent there stays on this machine."""
        return self.kind == "builtin" or is_loopback(self.base_url)

    @property
    def is_free(self) -> bool:
        """Say whether nobody is paid. A server on this machine may well pass requests on to one who is."""
        return self.kind in LOCAL_KINDS

    @property
    def key_name(self) -> str:
        """Return the name of its key among the secrets."""
        return f"provider:{self.id}"
