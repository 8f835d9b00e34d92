"""The budget: what a call may cost at most is reserved before it, and what it did cost is settled after."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from loguru import logger

from madang.clock import Clock
from madang.db.database import Database
from madang.db.lease import Lease
from madang.gateway.caps import store
from madang.gateway.caps.service import Caps, told
from madang.gateway.caps.store import Claim, subjects_of
from madang.gateway.caps.types import Standing, strictest
from madang.gateway.days import day_of
from madang.gateway.entries import Cause
from madang.gateway.errors import BudgetReached, PriceUnknown
from madang.gateway.messages import ImagePart, Message
from madang.gateway.prices import MICRO, Tariff, rounded_up
from madang.gateway.pricing.own import OwnPrices
from madang.gateway.store import cause_row, has_lost, settle_lost
from madang.gateway.types import ChatRequest, RawRequest
from madang.preferences.service import Preferences

LONGEST_UNASKED = 8192
"""Tokens of an answer that a cap allows at most where the request sets no limit."""
_ALONE = "alone"  # who reserves where there is one process only
_MESSAGE_OVERHEAD = 16
_IMAGE_TOKENS = 50_000  # more than any provider counts for one picture


@dataclass(frozen=True, slots=True)
class Quote:
    """What a call may cost at most, and the limit of its answer that makes this true.

    `day` is the one it is reserved against, which is the one it is settled against.
    """

    amount_microusd: int
    max_tokens: int
    day: str = ""


class Budget:
    """Keeps spending under every cap, with any number of processes on one database."""

    def __init__(
        self, database: Database, lease: Lease, clock: Clock, caps: Caps, *, preferences: Preferences, own: OwnPrices
    ) -> None:
        self._database = database
        self._lease = lease
        self._clock = clock
        self._caps = caps
        self._preferences = preferences
        self._own = own
        self._hearers: list[Callable[[str], None]] = []

    async def start(self) -> None:
        """Settle what dead processes had reserved, at its full amount, and go on doing so."""
        await self._settle_lost()
        self._lease.now_and_then(self._settle_lost)

    def when_stopped(self, hear: Callable[[str], None]) -> None:
        """Call `hear` with the id of each cap that stops a call from here on."""
        self._hearers.append(hear)

    def binds(self, cause: Cause) -> bool:
        """Say whether any cap is about this call. Asks memory only."""
        return self._caps.bind(subjects_of(cause_row(cause)))

    async def reserve(self, cause: Cause, request: ChatRequest | RawRequest, tariff: Tariff | None) -> Quote | None:
        """Reserve what `request` may cost at most for the call `cause`; without a cap nothing is written.

        Raises `BudgetReached`, and `PriceUnknown` where nobody knows the price and the person has not allowed that.
        """
        quotes: list[Quote] = []
        now = self._clock.now()
        claim = Claim(cause_row(cause), day_of(now), self._lease.id or _ALONE, now)

        def choose(standings: list[Standing]) -> int | None:
            if not standings:
                return None
            decides = strictest(standings)
            if tariff is None:
                self._check_unknown(decides, request, cause)
                return None
            quote = quoted(request, tariff, decides.available_microusd)
            if quote is None:
                raise _reached(decides, request)
            quotes.append(replace(quote, day=claim.day))
            return quote.amount_microusd

        try:
            await store.reserve(self._database, claim, self._caps.fixed, choose)
        except BudgetReached as error:
            for hear in self._hearers:
                hear(str(error.details["cap_id"]))
            raise
        return quotes[-1] if quotes else None

    async def reserve_again(self, call_id: str, quote: Quote) -> bool:
        """Reserve the same amount once more for a call, and say whether every cap allows that."""
        amount = quote.amount_microusd

        def allows(standings: list[Standing]) -> bool:
            return all(standing.available_microusd >= amount for standing in standings)

        return await store.reserve_more(self._database, call_id, amount, self._caps.fixed, allows)

    async def _settle_lost(self) -> None:
        if await has_lost(self._database) and (lost := await settle_lost(self._database)):
            logger.warning("{} calls had no end when their process stopped; they count at their full price", lost)

    def _check_unknown(self, decides: Standing, request: ChatRequest | RawRequest, cause: Cause) -> None:
        if decides.available_microusd <= 0:
            raise _reached(decides, request)
        decided = self._own.find(cause.provider, cause.model)
        is_decided = decided is not None and decided.decision == "refuse"
        if is_decided or self._preferences.get().unknown_price == "refuse":
            words = "a cap is set and the price of this model is unknown; set it in Settings, Models, Prices"
            raise PriceUnknown(words, model=f"{cause.provider}/{cause.model}", is_decided=is_decided)


def _reached(decides: Standing, request: ChatRequest | RawRequest) -> BudgetReached:
    words = f"a cap would be passed, {request.model!r} was not called"
    return BudgetReached(words, model=request.model, **told(decides))


def quoted(request: ChatRequest | RawRequest, tariff: Tariff, available_microusd: int) -> Quote | None:
    """Return what a request may cost at most, or `None` where that is more than is available.

    Without a limit of its own the answer may be as long as the money allows, up to `LONGEST_UNASKED` tokens.
    """
    prompt = longest_prompt(request)
    tokens = request.max_tokens or _affordable(prompt, tariff, available_microusd, request.answers)
    amount = rounded_up(tariff.usd(prompt, 0, tokens * request.answers))
    return Quote(amount, tokens) if tokens > 0 and amount <= available_microusd else None


def longest_prompt(request: ChatRequest | RawRequest) -> int:
    """Return a number of tokens that the prompt cannot pass: no token is shorter than a byte."""
    if isinstance(request, RawRequest):
        return request.longest_prompt
    return sum(_longest(message) for message in request.messages)


def _longest(message: Message) -> int:
    if isinstance(message.content, str):
        return _MESSAGE_OVERHEAD + len(message.content.encode(errors="replace"))
    pictures = sum(max(_IMAGE_TOKENS, len(part.data_base64)) for part in message.content if isinstance(part, ImagePart))
    return _MESSAGE_OVERHEAD + len(message.text.encode(errors="replace")) + pictures


def _affordable(prompt: int, tariff: Tariff, available_microusd: int, answers: int) -> int:
    base = tariff.usd(prompt, 0, 0)
    each = (tariff.usd(prompt, 0, MICRO) - base) / MICRO * answers
    if each <= 0:
        return LONGEST_UNASKED
    return max(0, min(LONGEST_UNASKED, math.floor((Decimal(available_microusd) / MICRO - base) / each)))
