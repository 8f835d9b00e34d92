"""One call while it runs: what was heard so far, and at its end the receipt and the ledger's row."""

from collections.abc import Iterator
from contextlib import contextmanager

from madang.clock import Clock
from madang.errors import MadangError
from madang.gateway.budget import Quote
from madang.gateway.cache.kept import Kept
from madang.gateway.days import day_of
from madang.gateway.errors import CutShort, GatewayError, Unreachable
from madang.gateway.ledger import Ledger
from madang.gateway.prices import Tariff, cost_microusd
from madang.gateway.types import (
    CacheOutcome,
    Caller,
    CallStatus,
    Cause,
    Entry,
    Finished,
    FinishReason,
    ModelInfo,
    Provider,
    ReasoningDelta,
    Receipt,
    TextDelta,
    Usage,
    Waiting,
)
from madang.gateway.upstream import Ended
from madang.ids import new_id

# Where a connection was never made, nothing was sent that anybody could charge for.
_NEVER_SENT = frozenset({"refused", "name", "timeout", "address"})


class Bill:
    """Adds up one call. `is_sent` says whether anything may have reached the provider."""

    def __init__(
        self, model: ModelInfo, caller: Caller, clock: Clock, *, provider: Provider, cache: CacheOutcome, key: str
    ) -> None:
        self.id = new_id()
        self.model = model
        self.provider = provider
        self.key = key
        self.tariff: Tariff | None = None
        self.quote: Quote | None = None
        self.is_reserving = False
        self.is_sent = False
        self._caller = caller
        self._clock = clock
        self.cache = cache
        self._kept: Kept | None = None
        self._created_at = clock.now()
        self._began = clock.monotonic()
        self._ended_at: float | None = None
        self._first_word_at: float | None = None
        self._attempts = 0
        self._text: list[str] = []
        self._reasoning: list[str] = []
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
    def has_words(self) -> bool:
        """Say whether the answer has begun."""
        return self._first_word_at is not None

    def sending(self) -> None:
        """Note that the provider is about to be asked."""
        self.is_sent = True
        self._attempts = 1

    def saw(self, piece: TextDelta | ReasoningDelta | Waiting) -> None:
        """Take in a piece of the answer."""
        if isinstance(piece, Waiting):
            self._attempts = int(piece.detail.get("attempt", self._attempts))
            return
        if self._first_word_at is None:
            self._first_word_at = self._clock.monotonic()
        (self._text if isinstance(piece, TextDelta) else self._reasoning).append(piece.text)

    def was_kept(self, kept: Kept) -> Finished:
        """Close with a kept answer: nothing was sent, and its old cost was saved."""
        self._kept, self.cache = kept, "hit"
        return self.ended(Ended("stop", kept.usage))

    def ended(self, end: Ended) -> Finished:
        """Close with a whole answer."""
        self._usage, self._finish_reason, self._status = end.usage, end.finish_reason, "done"
        self._ended_at = self._clock.monotonic()
        self._final = self.receipt()
        return Finished(end.finish_reason, self._final)

    def failed(self, error: MadangError) -> None:
        """Close with an error, which takes the receipt along."""
        self._error = error
        self._status = "incomplete" if isinstance(error, CutShort) else "error"
        self._final = self.receipt()
        if isinstance(error, GatewayError):
            error.receipt = self._final

    def kept(self) -> Kept | None:
        """Return what may be kept of the answer: a whole one that ended by itself."""
        if self._status != "done" or self._finish_reason != "stop" or not self._text:
            return None
        text, reasoning = "".join(self._text), "".join(self._reasoning)
        return Kept(self.key, text, reasoning, self._usage, self._cost(), self._clock.now())

    def receipt(self) -> Receipt:
        """Return what the call has taken so far."""
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
            cost_microusd=self._cost(),
            price_date=self.tariff.date if self.tariff else None,
            cache_age_seconds=self._kept.age_seconds(self._clock.now()) if self._kept else None,
            saved_microusd=self._kept.cost_microusd if self._kept else None,
        )

    def entry(self) -> Entry:
        """Return the call as a row of the ledger."""
        receipt = self._final or self.receipt()
        return Entry(
            id=self.id,
            created_at=self._created_at,
            day=day_of(self._created_at),
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
        )

    def tell(self) -> None:
        """Let whoever asked know what the call took."""
        if self._caller.billed:
            self._caller.billed(self._final or self.receipt())

    def _cost(self) -> int | None:
        """Return what is owed; `None` where that is unknown. A call under a cap then counts at what was reserved."""
        if self.model.is_free or self._kept or not self.is_sent or self._was_refused():
            return 0
        known = cost_microusd(self.tariff, self._usage)
        return self.quote.amount_microusd if known is None and self.quote else known

    def _was_refused(self) -> bool:
        if self.has_words or self._error is None:
            return False
        details = self._error.details
        never_sent = isinstance(self._error, Unreachable) and details.get("reason") in _NEVER_SENT
        return never_sent or "http_status" in details

    def _latency_ms(self) -> int:
        return _milliseconds(self._began, self._ended_at or self._clock.monotonic())

    def _ttft_ms(self) -> int | None:
        return None if self._first_word_at is None else _milliseconds(self._began, self._first_word_at)


@contextmanager
def on_the_books(bill: Bill, ledger: Ledger) -> Iterator[Bill]:
    """Write the call into the ledger when the block ends, however it ends."""
    try:
        yield bill
    except MadangError as error:
        bill.failed(error)
        raise
    except Exception as error:
        bill.failed(MadangError(str(error)))
        raise
    finally:
        ledger.add(bill.entry())
        bill.tell()


def _milliseconds(start: float, end: float) -> int:
    return max(0, round((end - start) * 1000))
