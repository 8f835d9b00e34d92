"""What a person can choose, and the bounds of each choice."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from madang.config import Settings

Language = Literal["ko", "en"]
Theme = Literal["light", "dark", "system"]
UnknownPrice = Literal["refuse", "allow"]
ModelId = Annotated[str, Field(min_length=1, max_length=300, pattern=r"\S")]
ProviderId = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
RoutedFeature = Literal["chat", "title", "api"]
MOST_RULES = 20


@dataclass(frozen=True, slots=True)
class RouteRule:
    """Sends to `model` (`provider/name`) what keeps all its conditions. A `None` asks nothing.

    `feature` is where the question comes from. `max_characters` bounds the question, `max_context_tokens` all that is
    sent with it, about. `without_files` and `without_code` want nothing attached and no block of code in the question.
    """

    id: str
    name: str
    model: str
    enabled: bool = True
    feature: RoutedFeature | None = None
    max_characters: int | None = None
    max_context_tokens: int | None = None
    without_files: bool = False
    without_code: bool = False


class RouteBody(BaseModel):
    """A routing rule as it is sent. Values are taken as they are, never converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
    name: Annotated[str, Field(min_length=1, max_length=60, pattern=r"\S")]
    model: ModelId
    enabled: bool = True
    feature: RoutedFeature | None = None
    max_characters: Annotated[int | None, Field(ge=1, le=1_000_000)] = None
    max_context_tokens: Annotated[int | None, Field(ge=1, le=10_000_000)] = None
    without_files: bool = False
    without_code: bool = False


@dataclass(frozen=True, slots=True)
class PreferenceValues:
    """Everything chosen. None leaves a thing to the provider; `language` None follows the browser.

    Of `routes` the first one that fits a question decides which model answers it.
    With `similar_enabled` the kept answer to a similar question will do in a conversation that does not say otherwise;
    `similar_model` gives the vectors by which they are compared.
    From `trim_tokens` on the oldest turns of a conversation are no longer sent; None sends all that fit.
    What can wait is asked of `flex_providers` in their slower and cheaper tier.
    `krw_per_usd` is what a dollar is in won where sums are shown in both, `krw_rate_day` the day the rate is from.
    """

    language: Language | None = None
    theme: Theme = "system"
    default_model: str | None = None
    fallbacks: tuple[str, ...] = ()
    allow_paid_fallback: bool = False
    routes: tuple[RouteRule, ...] = ()
    trim_tokens: int | None = None
    flex_providers: tuple[str, ...] = ()
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    system_prompt: str | None = None
    reasoning_effort: str | None = None
    title_calls: bool = False
    cache_enabled: bool = True
    cache_ttl_seconds: int = 24 * 3600
    cache_limit_bytes: int = 256 * 2**20
    similar_enabled: bool = False
    similar_model: str | None = None
    unknown_price: UnknownPrice = "refuse"
    krw_per_usd: float | None = None
    krw_rate_day: str | None = None
    builtin_enabled: bool = True
    local_discovery: bool = True


class PreferencePatch(BaseModel):
    """Some of the choices; what is left out stays as it is. Values are taken as they are, never converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    language: Language | None = None
    theme: Theme = "system"
    default_model: ModelId | None = None
    fallbacks: list[ModelId] = Field([], max_length=10)
    allow_paid_fallback: bool = False
    routes: list[RouteBody] = Field([], max_length=MOST_RULES)
    flex_providers: list[ProviderId] = Field([], max_length=100)
    trim_tokens: int | None = Field(None, ge=1000, le=10_000_000)
    temperature: float | None = Field(None, ge=0, le=2, allow_inf_nan=False)
    top_p: float | None = Field(None, gt=0, le=1, allow_inf_nan=False)
    max_tokens: int | None = Field(None, ge=1, le=1_000_000)
    system_prompt: str | None = Field(None, max_length=100_000)
    reasoning_effort: str | None = Field(None, pattern=r"^[a-z]{1,20}$")
    title_calls: bool = False
    cache_enabled: bool = True
    cache_ttl_seconds: int = Field(24 * 3600, ge=1, le=10 * 365 * 24 * 3600)
    cache_limit_bytes: int = Field(256 * 2**20, ge=2**20, le=2**40)
    similar_enabled: bool = False
    similar_model: str | None = Field(None, max_length=300, pattern=r"^[^/\s]+/\S.*$")
    unknown_price: UnknownPrice = "refuse"
    krw_per_usd: float | None = Field(None, gt=0, le=100_000, allow_inf_nan=False)
    krw_rate_day: str | None = Field(None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    builtin_enabled: bool = True
    local_discovery: bool = True

    @field_validator("fallbacks", "flex_providers")
    @classmethod
    def _each_once(cls, value: list[str]) -> list[str]:
        return list(dict.fromkeys(value))

    @field_validator("routes")
    @classmethod
    def _ids_differ(cls, value: list[RouteBody]) -> list[RouteBody]:
        if len({rule.id for rule in value}) < len(value):
            raise ValueError("two rules have one id")
        return value


def defaults(settings: Settings) -> PreferenceValues:
    """Return what holds where the person has not chosen: the environment's word, else our own."""
    return PreferenceValues(
        language=settings.lang,
        default_model=settings.model,
        max_tokens=settings.max_tokens,
        cache_ttl_seconds=max(1, int(settings.cache_ttl.total_seconds())),
        cache_limit_bytes=settings.cache_limit_bytes,
        builtin_enabled=settings.builtin,
        local_discovery=settings.discover,
    )
