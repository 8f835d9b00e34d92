"""What the ledger is told: the call behind a reservation, and the row it becomes."""

from dataclasses import dataclass
from datetime import datetime

from madang.gateway.types import CacheOutcome, Caller, CallStatus, FinishReason, Route, Tier, Usage


@dataclass(frozen=True, slots=True)
class Cause:
    """The call behind a reservation: what the ledger will say of it should its process end before it does."""

    id: str
    caller: Caller
    provider: str
    model: str


@dataclass(frozen=True, slots=True)
class Thrift:
    """Micro-dollars at known prices; `None` where a price or a count is unknown, or nothing was done to save.

    `route_microusd` is an estimate, since another model counts and answers a little differently; below 0 the rule's
    model was the dearer one. `prefix_microusd` is what the provider took off for tokens that it had cached,
    `tier_microusd` what it took off for answering when it had time. `trimmed_tokens` is about how much of a long
    conversation was not sent: what it had cost depends on how much of it the provider had cached, so nobody knows.
    """

    route_microusd: int | None = None
    prefix_microusd: int | None = None
    tier_microusd: int | None = None
    trimmed_tokens: int | None = None


NO_THRIFT = Thrift()


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger. An unknown cost is `None`; `day` is the date whose cap the call counts against.

    `saved_microusd` is what a kept answer did not cost again; `thrift` is what a call that was sent saved.
    """

    id: str
    created_at: datetime
    day: str
    caller: Caller
    provider: str
    model: str
    cache: CacheOutcome
    cache_key: str | None
    status: CallStatus
    error_code: str | None
    attempts: int
    usage: Usage
    cost_microusd: int | None
    price_date: str | None
    saved_microusd: int | None
    ttft_ms: int | None
    latency_ms: int | None
    finish_reason: FinishReason | None
    reservation_id: str | None = None
    tier: Tier | None = None
    route: Route | None = None
    thrift: Thrift = NO_THRIFT
