"""What the settings pages are told, where it is not one of the room's own types."""

from dataclasses import dataclass
from typing import Any

from madang.gateway.catalogue import Listing
from madang.gateway.choosing import small_general
from madang.gateway.describing import described
from madang.gateway.errors import WrongKey
from madang.gateway.providers import OPENAI
from madang.gateway.semantic.types import SimilarState
from madang.gateway.types import ModelInfo


@dataclass(frozen=True, slots=True)
class CacheState:
    """How full the cache is, how it is set, and to how many questions no answer is kept.

    `similar` tells of questions that mean the same.
    """

    entries: int
    size_bytes: int
    limit_bytes: int
    ttl_seconds: int
    enabled: bool
    never_kept: int
    similar: SimilarState


@dataclass(frozen=True, slots=True)
class Check:
    """What came of asking a provider. `error` has `code`, `message` and `details` where it did not answer.

    `suggested` is the model to take from it where none is named.
    """

    ok: bool
    models: int
    latency_ms: int
    error: dict[str, Any] | None = None
    suggested: ModelInfo | None = None


def check_of(listing: Listing, seconds: float) -> Check:
    """Return a listing as the result of a check. OpenAI without a key was not asked at all."""
    error = listing.error
    if error is None and listing.provider.id == OPENAI and not listing.key:
        error = WrongKey("no key is set for OpenAI", reason="no_key", provider=OPENAI)
    told = {"code": error.code, "message": error.message, "details": error.details} if error else None
    small = small_general([described(listing.provider, name, words) for name, words in listing.models.items()])
    return Check(error is None, len(listing.models), round(seconds * 1000), told, None if error else small)
