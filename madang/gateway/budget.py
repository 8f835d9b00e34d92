"""The daily cap: what a call may cost at most is reserved before it, and what it did cost is settled after."""

import math
from dataclasses import dataclass
from decimal import Decimal

from loguru import logger

from madang.clock import Clock
from madang.config import Settings
from madang.db.database import Database
from madang.db.lease import Lease
from madang.gateway import store
from madang.gateway.days import day_of, zone_of
from madang.gateway.errors import BudgetReached, PriceUnknown
from madang.gateway.prices import MICRO, Tariff, rounded_up
from madang.gateway.store import Claim, DaySpending
from madang.gateway.types import Cause, ChatRequest, ImagePart, Message, RawRequest
from madang.preferences.service import Preferences

LONGEST_UNASKED = 8192
"""Tokens of an answer that a cap allows at most where the request sets no limit."""
_ALONE = "alone"  # who reserves where there is one process only
_MESSAGE_OVERHEAD = 16
_IMAGE_TOKENS = 50_000  # more than any provider counts for one picture


@dataclass(frozen=True, slots=True)
class Quote:
    """What a call may cost at most, and the limit of its answer that makes this true."""

    amount_microusd: int
    max_tokens: int


@dataclass(frozen=True, slots=True)
class DayLimits:
    """The cap and what the day has taken of it. `zone` is the machine's, whose midnight begins the day."""

    day: str
    zone: str
    cap_microusd: int | None
    spent_microusd: int
    reserved_microusd: int
    unknown_cost_calls: int


class Budget:
    """Keeps the day's spending under the cap, with any number of processes on one database."""

    def __init__(
        self, database: Database, lease: Lease, clock: Clock, settings: Settings, preferences: Preferences
    ) -> None:
        self._database = database
        self._lease = lease
        self._clock = clock
        self._preferences = preferences
        self._settings = settings

    async def start(self) -> None:
        """Settle what dead processes had reserved, at its full amount, and go on doing so."""
        await self._settle_lost()
        self._lease.now_and_then(self._settle_lost)

    @property
    def cap_microusd(self) -> int | None:
        """Return the strictest cap there is: the person's, and the environment's."""
        of_environment = self._settings.daily_cap_usd
        caps = [self._preferences.get().daily_cap_microusd]
        caps.append(None if of_environment is None else round(of_environment * MICRO))
        return min((cap for cap in caps if cap is not None), default=None)

    async def limits(self) -> DayLimits:
        """Return the cap and the day so far."""
        now = self._clock.now()
        day = day_of(now)
        spending = await store.find_spending(self._database, day)
        return DayLimits(
            day,
            zone_of(now),
            self.cap_microusd,
            spending.spent_microusd,
            spending.reserved_microusd,
            spending.unknown_cost_calls,
        )

    async def reserve(self, cause: Cause, request: ChatRequest | RawRequest, tariff: Tariff | None) -> Quote | None:
        """Reserve what `request` may cost at most for the call `cause`; without a cap nothing is written.

        Raises `BudgetReached`, and `PriceUnknown` where nobody knows the price and the person has not allowed that.
        """
        cap = self.cap_microusd
        if cap is None:
            return None
        if tariff is None:
            await self._check_unknown(cap, request)
            return None
        quotes: list[Quote] = []

        def choose(spending: DaySpending) -> int:
            quote = quoted(request, tariff, cap - spending.spent_microusd - spending.reserved_microusd)
            if quote is None:
                raise self._reached(cap, spending, request)
            quotes.append(quote)
            return quote.amount_microusd

        now = self._clock.now()
        await store.reserve(self._database, Claim(cause, day_of(now), self._lease.id or _ALONE, now), choose)
        return quotes[-1]

    async def reserve_again(self, call_id: str, quote: Quote) -> bool:
        """Reserve the same amount once more for a call, and say whether the cap allows that."""
        cap, amount = self.cap_microusd, quote.amount_microusd

        def allows(spending: DaySpending) -> bool:
            return cap is None or spending.spent_microusd + spending.reserved_microusd + amount <= cap

        return await store.reserve_more(self._database, call_id, amount, allows)

    async def _settle_lost(self) -> None:
        if await store.has_lost(self._database) and (lost := await store.settle_lost(self._database)):
            logger.warning("{} calls had no end when their process stopped; they count at their full price", lost)

    async def _check_unknown(self, cap: int, request: ChatRequest | RawRequest) -> None:
        spending = await store.find_spending(self._database, day_of(self._clock.now()))
        if spending.spent_microusd + spending.reserved_microusd >= cap:
            raise self._reached(cap, spending, request)
        if self._preferences.get().unknown_price == "refuse":
            raise PriceUnknown("a cap is set and the price of this model is unknown", model=request.model)

    def _reached(self, cap: int, spending: DaySpending, request: ChatRequest | RawRequest) -> BudgetReached:
        return BudgetReached(
            f"the daily cap would be passed, {request.model!r} was not called",
            model=request.model,
            cap_microusd=cap,
            spent_microusd=spending.spent_microusd,
            reserved_microusd=spending.reserved_microusd,
            day=day_of(self._clock.now()),
        )


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
