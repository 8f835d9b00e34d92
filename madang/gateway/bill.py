"""One call while it runs: what was heard so far, and at its end the receipt and the ledger's row."""

from collections.abc import Iterator

from madang.clock import Clock
from madang.errors import MadangError
from madang.gateway.budget import Quote
from madang.gateway.cache.kept import Kept
from madang.gateway.charging import may_have_cost, tariff_at
from madang.gateway.days import day_of
from madang.gateway.entries import NO_THRIFT, Cause, Entry, Thrift
from madang.gateway.errors import CutShort, GatewayError
from madang.gateway.heard import Heard
from madang.gateway.prices import Tariff, cost_microusd
from madang.gateway.semantic.search import Search
from madang.gateway.thrift import thrift_of
from madang.gateway.types import (
    AnyChunk,
    CacheOutcome,
    Caller,
    CallStatus,
    Finished,
    FinishReason,
    Likeness,
    ModelInfo,
    Provider,
    ReasoningDelta,
    Receipt,
    Relayed,
    Route,
    Started,
    TextDelta,
    Tier,
    Usage,
)
from madang.gateway.upstream import Asked, Ended, Retry
from madang.ids import new_id


class Bill:
    """Adds up one call, which may take several attempts. `capped_at_tokens` is a limit that only the cap set.

    `instead` is what the model costs that would have answered if no rule had chosen another one.
    """

    def __init__(
        self,
        model: ModelInfo,
        caller: Caller,
        clock: Clock,
        *,
        provider: Provider,
        cache: CacheOutcome,
        key: str,
        is_raw: bool = False,
        tier: str | None = None,
    ) -> None:
        self.id = new_id()
        self.model = model
        self.provider = provider
        self.key = key
        self._is_raw = is_raw
        self.tier = tier
        self.tariff: Tariff | None = None
        self._full: Tariff | None = None
        self._given_tier: Tier | None = None
        self.instead: Tariff | None = None
        self.quote: Quote | None = None
        self.is_reserving = False
        self.is_booked = False
        self.capped_at_tokens: int | None = None
        self._caller = caller
        self._clock = clock
        self.cache = cache
        self._kept: Kept | None = None
        self._similar: Likeness | None = None
        self.search: Search | None = None
        self._saved_microusd: int | None = None
        self._created_at = clock.now()
        self._began = clock.monotonic()
        self._ended_at: float | None = None
        self._first_word_at: float | None = None
        self._attempts = 0
        self._is_asking = False
        self._lost_attempts = 0
        self._text, self._reasoning = Heard(), Heard()
        self._masked = 0
        self._usage = Usage()
        self._finish_reason: FinishReason | None = None
        self._status: CallStatus = "cancelled"
        self._error: MadangError | None = None
        self._final: Receipt | None = None

    @property
    def cause(self) -> Cause:
        """What the ledger needs to know of the call should this process not live to write it."""
        return Cause(self.id, self._caller, self.model.provider, self.model.name)

    @property
    def route(self) -> Route | None:
        """The rule that chose this model; `None` where the one answers that would have answered without it."""
        route = self._caller.route
        return route if route and route.instead_of.id != self.model.id else None

    @property
    def has_words(self) -> bool:
        """Say whether the answer has begun."""
        return self._first_word_at is not None

    def saw(self, piece: Asked | Retry | TextDelta | ReasoningDelta | Relayed) -> None:
        """Take in a piece of the answer."""
        if isinstance(piece, Asked):
            self._attempts, self._is_asking = piece.attempt, True
        elif isinstance(piece, Retry):
            self._is_asking = False
            self._lost_attempts += may_have_cost(piece.error)
        else:
            if self._first_word_at is None:
                self._first_word_at = self._clock.monotonic()
            self._masked += piece.masked
            if not isinstance(piece, Relayed):
                (self._text if isinstance(piece, TextDelta) else self._reasoning).add(piece.text)
            elif self.cache == "miss":
                self._text.add(piece.data.decode())

    def started(self) -> Started:
        """Return the beginning of the answer."""
        model = self.model
        has_quote = self.quote is not None
        return Started(model.id, model.provider, self.cache, model.is_builtin, has_quote, self.id, self._similar)

    def said(self) -> Iterator[TextDelta | ReasoningDelta | Relayed]:
        """Yield the words so far, each kind of words in one piece."""
        reasoning, text = self._reasoning.whole(), self._text.whole()
        if self._is_raw:
            if text:
                yield Relayed(text.encode(), self._masked)
            return
        if reasoning:
            yield ReasoningDelta(reasoning, 0 if text else self._masked)
        if text:
            yield TextDelta(text, self._masked)

    def replay(self, kept: Kept, similar: Likeness | None = None) -> Iterator[AnyChunk]:
        """Yield a kept answer from its start to its end: nothing is sent, and its old cost is saved.

        `similar` tells of the question where the answer was given to another one.
        """
        self._kept, self.cache, self._saved_microusd = kept, "similar" if similar else "hit", kept.cost_microusd
        self._similar = similar
        yield self.started()
        for words in kept.replay_raw() if self._is_raw else kept.replay():
            self.saw(words)
            yield words
        yield self.ended(Ended("stop", kept.usage))

    def shared(self, chunk: AnyChunk) -> AnyChunk:
        """Return a piece of somebody else's call as this caller hears it: what it costs is paid once."""
        if isinstance(chunk, TextDelta | ReasoningDelta | Relayed):
            self.saw(chunk)
        if not isinstance(chunk, Finished):
            return chunk
        theirs = chunk.receipt
        self._saved_microusd, self.capped_at_tokens = theirs.cost_microusd, theirs.capped_at_tokens
        usage = Usage(theirs.prompt_tokens, theirs.cached_tokens, theirs.completion_tokens, theirs.reasoning_tokens)
        return self.ended(Ended(chunk.finish_reason, usage))

    def ended(self, end: Ended) -> Finished:
        """Close with a whole answer, at the price of the tier that it came in."""
        self._full, self.tariff = self.tariff, tariff_at(self.tariff, end.tier, self.provider)
        self._usage, self._finish_reason, self._status = end.usage, end.finish_reason, "done"
        self._given_tier = end.tier
        self._ended_at = self._clock.monotonic()
        self._final = self.receipt()
        return Finished(end.finish_reason, self._final)

    def failed(self, error: MadangError) -> None:
        """Close with an error, which takes the receipt along."""
        self._error = error
        # The error's traceback holds this call for as long as the error lives, and nothing is kept of it.
        self._text, self._reasoning = Heard(), Heard()
        self._status = "incomplete" if isinstance(error, CutShort) else "error"
        self._final = self.receipt()
        if isinstance(error, GatewayError):
            error.receipt = self._final

    def kept(self) -> Kept | None:
        """Return what may be kept of the answer: a whole one that ended by itself."""
        text = self._text.whole()
        if self._status != "done" or self._finish_reason != "stop" or not text:
            return None
        reasoning, now = self._reasoning.whole(), self._clock.now()
        return Kept(self.key, text, reasoning, self._usage, self._cost(), now, self._masked)

    def receipt(self) -> Receipt:
        """Return what the call has taken so far."""
        cost, counted, thrift = self._cost(), cost_microusd(self.tariff, self._usage), self._thrift()
        route, trim = self.route, self._caller.trim
        return Receipt(
            call_id=self.id,
            model=self.model.id,
            provider=self.model.provider,
            cache=self.cache,
            is_free=self.model.is_free,
            latency_ms=self._latency_ms(),
            ttft_ms=self._ttft_ms(),
            prompt_tokens=self._usage.prompt_tokens,
            cached_tokens=self._usage.cached_tokens,
            completion_tokens=self._usage.completion_tokens,
            reasoning_tokens=self._usage.reasoning_tokens,
            cost_microusd=cost,
            is_at_most=bool(cost) and cost != counted,
            price_date=self.tariff.date if self.tariff else None,
            cache_age_seconds=self._kept.age_seconds(self._clock.now()) if self._kept else None,
            saved_microusd=self._saved_microusd,
            capped_at_tokens=self.capped_at_tokens,
            masked_secrets=self._masked,
            route_name=route.name if route else None,
            route_instead_of=route.instead_of.id if route else None,
            route_saved_microusd=thrift.route_microusd,
            trimmed_turns=trim.turns if trim else 0,
            trimmed_tokens=thrift.trimmed_tokens,
            similar=self._similar,
        )

    def entry(self) -> Entry:
        """Return the call as a row of the ledger."""
        receipt = self._final or self.receipt()
        return Entry(
            id=self.id,
            created_at=self._created_at,
            day=self.quote.day if self.quote else day_of(self._created_at),
            caller=self._caller,
            provider=self.model.provider,
            model=self.model.name,
            cache=self.cache,
            cache_key=self.key,
            status=self._status,
            error_code=self._error.code if self._error else None,
            attempts=self._attempts,
            usage=self._usage,
            cost_microusd=receipt.cost_microusd,
            price_date=receipt.price_date,
            saved_microusd=receipt.saved_microusd,
            ttft_ms=receipt.ttft_ms,
            latency_ms=receipt.latency_ms,
            finish_reason=self._finish_reason,
            reservation_id=self.id if self.is_reserving else None,
            tier=self._given_tier,
            route=self.route,
            thrift=self._thrift(),
        )

    def tell(self) -> None:
        """Let whoever asked know what the call took."""
        if self._caller.billed:
            self._caller.billed(self._final or self.receipt())

    def _thrift(self) -> Thrift:
        """Return what a whole answer saved that was asked of the model; what is kept or shared is counted as that."""
        was_sent = self.cache in {"miss", "off"} and self._status == "done"
        if not was_sent:
            return NO_THRIFT
        return thrift_of(self._usage, self.tariff, self.instead, full=self._full, trim=self._caller.trim)

    def _cost(self) -> int | None:
        """Return what is owed for all attempts; `None` where that is unknown.

        Under a cap an attempt that nobody counted stands at what was reserved for it.
        """
        if self.model.is_free or self._kept:
            return 0
        costs = [self._last_cost(), *[self._reserved()] * self._lost_attempts]
        known = [cost for cost in costs if cost is not None]
        return sum(known) if len(known) == len(costs) else None

    def _last_cost(self) -> int | None:
        """Return what the attempt under way costs, or the one that ended the call."""
        if not self._is_asking or (self._error and not self.has_words and not may_have_cost(self._error)):
            return 0
        known = cost_microusd(self.tariff, self._usage)
        return self._reserved() if known is None else known

    def _reserved(self) -> int | None:
        return self.quote.amount_microusd if self.quote else None

    def _latency_ms(self) -> int:
        return _milliseconds(self._began, self._ended_at or self._clock.monotonic())

    def _ttft_ms(self) -> int | None:
        return None if self._first_word_at is None else _milliseconds(self._began, self._first_word_at)


def _milliseconds(start: float, end: float) -> int:
    return max(0, round((end - start) * 1000))
