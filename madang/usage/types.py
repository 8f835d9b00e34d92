"""What is asked of the ledger, and what it answers. Money is micro-dollars, times are milliseconds."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal, Self

from madang.gateway.rules import Question
from madang.gateway.types import Usage

By = Literal["day", "hour", "model", "feature", "token"]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which calls: from `since` on, before `until`; a `None` leaves the rest open. `model` is `provider/name`."""

    since: datetime
    until: datetime
    model: str | None = None
    feature: str | None = None
    token_id: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Sums:
    """What some calls took together. Tokens and prompts are those of calls that were sent, kept answers apart.

    `failed_calls` ended in an error or broke off; `rescued_calls` came to their end by trying again. The cost of
    `unknown_cost_calls` is in no sum. `asked_cache_calls` are those that could be a hit. Of the hits, `similar_hits`
    were given to a similar question, and of those `wrong_hits` were wrong, as the person said. `prefix_tokens` are the
    prompt tokens of calls whose provider said how many it had cached itself; `cached_tokens` is how many those were.
    """

    calls: int = 0
    failed_calls: int = 0
    cancelled_calls: int = 0
    rescued_calls: int = 0
    hits: int = 0
    similar_hits: int = 0
    wrong_hits: int = 0
    asked_cache_calls: int = 0
    uncounted_calls: int = 0
    unknown_cost_calls: int = 0
    prompt_tokens: int = 0
    prefix_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0
    cost_microusd: int = 0
    saved_microusd: int = 0

    def __add__(self, other: Self) -> "Sums":
        return Sums(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Sums)))


@dataclass(frozen=True, slots=True)
class Group:
    """The sums of one day (`2026-11-22`), hour (its beginning, ISO 8601), model, feature or token.

    `name` is what the person called the token; `key` is null for calls that came without one.
    """

    key: str | None
    sums: Sums
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Spread:
    """Percentiles by nearest rank: each is a value that was measured. Null where nothing was."""

    count: int
    p50_ms: int | None = None
    p95_ms: int | None = None
    p99_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ErrorCount:
    """How many calls ended with an error code."""

    code: str
    calls: int


@dataclass(frozen=True, slots=True)
class Pace:
    """What this month has cost, and what it will have at this pace; null in its first day."""

    month: str
    spent_microusd: int
    expected_microusd: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """Sums over whole days of the reader's zone, in all and by group.

    Latencies are those of calls that were sent and ended well.
    """

    from_day: str
    to_day: str
    zone: str
    by: By
    totals: Sums
    groups: list[Group]
    errors: list[ErrorCount]
    ttft: Spread
    latency: Spread
    pace: Pace


@dataclass(frozen=True, slots=True)
class Call:
    """One row of the ledger, as it is shown. An unknown number is null, never 0."""

    id: str
    created_at: datetime
    feature: str
    conversation_id: str | None
    turn_id: str | None
    token_id: str | None
    model: str
    cache: str
    status: str
    error_code: str | None
    attempts: int
    prompt_tokens: int | None
    cached_tokens: int | None
    completion_tokens: int | None
    reasoning_tokens: int | None
    cost_microusd: int | None
    price_date: str | None
    saved_microusd: int | None
    ttft_ms: int | None
    latency_ms: int | None
    finish_reason: str | None


@dataclass(frozen=True, slots=True)
class TokenCount:
    """So many calls with the same counts of tokens, and what those of known cost had cost together."""

    calls: int
    prompt_tokens: int | None
    cached_tokens: int | None
    completion_tokens: int | None
    cost_microusd: int
    unknown_cost_calls: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What the same tokens cost on another model. `paid_microusd` is what the priced calls had cost, as far as known.

    `unpriced_calls` were sent and nobody counted their tokens, so they are in neither sum.
    """

    model: str
    price_date: str | None
    priced_calls: int
    unpriced_calls: int
    cost_microusd: int
    paid_microusd: int
    unknown_cost_calls: int


@dataclass(frozen=True, slots=True)
class RuleSavings:
    """What one routing rule did: calls it sent elsewhere, those of known prices, and about what these saved."""

    rule_id: str
    calls: int
    priced_calls: int
    saved_microusd: int


@dataclass(frozen=True, slots=True)
class Savings:
    """What each way of saving saved.

    `kept` answers, those to `similar` questions and those `shared` with somebody else saved their own cost.
    `prefix_tokens` are the prompt tokens of calls whose provider said how many it had cached, `cached_tokens` how many
    those were, `prefix_microusd` what it took off for them. The `tier_calls` that were answered in the flex tier saved
    `tier_microusd`. In `trimmed_calls` of long conversations about `trimmed_tokens` less were sent. The answers of
    `cut_calls` ended at their limit: how long they had become nobody knows.
    """

    kept_calls: int
    kept_microusd: int
    similar_calls: int
    similar_microusd: int
    shared_calls: int
    shared_microusd: int
    prefix_tokens: int
    cached_tokens: int
    prefix_microusd: int
    tier_calls: int
    tier_microusd: int
    trimmed_calls: int
    trimmed_tokens: int
    cut_calls: int
    rules: list[RuleSavings]


@dataclass(frozen=True, slots=True)
class PastQuestion:
    """A question that was answered, by which model, and what that took."""

    asked: Question
    model: str
    usage: Usage
    cost_microusd: int | None


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule had done: of so many `questions` it had sent `routed` to its model.

    `saved_microusd` is about what the `priced` ones among them had saved, below 0 where they had cost more.
    """

    model: str
    questions: int
    routed: int
    priced: int
    saved_microusd: int


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many calls of one feature ended in one way with one cache outcome."""

    feature: str
    status: str
    cache: str
    calls: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """Measured times: how many, their sum, and for each bound how many were not longer."""

    count: int
    sum_ms: int
    within: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Totals:
    """The whole ledger at one moment."""

    sums: Sums
    kinds: list[KindCount]
    first_words: Histogram
    durations: Histogram


@dataclass(frozen=True, slots=True)
class AwayPart:
    """What one feature, or one token by the name it has, took of that; `token` is null for calls without one."""

    feature: str
    token: str | None
    calls: int
    cost_microusd: int
    unknown_cost_calls: int


@dataclass(frozen=True, slots=True)
class Away:
    """Calls that cost something between two visits, the dearest parts first. The cost of some may be unknown."""

    since: datetime
    until: datetime
    calls: int
    cost_microusd: int
    unknown_cost_calls: int
    parts: list[AwayPart]
