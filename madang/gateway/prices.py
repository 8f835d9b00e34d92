"""What a call costs: the person's own price, else the price list of genai-prices with its date, else nobody knows."""

import asyncio
import math
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from madang.clock import Clock
from madang.gateway.types import Price, Provider, Usage

if TYPE_CHECKING:
    from madang.gateway.price_list import PriceList

MICRO = 1_000_000
# None of these costs more than the price that is known.
_USUAL_TIERS = frozenset({None, "auto", "default", "flex", "on_demand", "standard_only"})


class Tariff(Protocol):
    """What one model costs at one provider. `date` is the day the prices are from, where that is known."""

    @property
    def date(self) -> str | None: ...

    def usd(self, prompt_tokens: int, cached_tokens: int, completion_tokens: int) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class OwnTariff:
    """Prices that the person entered, in micro-dollars per million tokens; cached tokens cost like others."""

    input_microusd_per_mtok: int
    output_microusd_per_mtok: int
    date: str | None = None

    def usd(self, prompt_tokens: int, cached_tokens: int, completion_tokens: int) -> Decimal:
        total = prompt_tokens * self.input_microusd_per_mtok + completion_tokens * self.output_microusd_per_mtok
        return Decimal(total) / MICRO / MICRO


_FREE = OwnTariff(0, 0)


class Prices:
    """Finds tariffs. The price list is large, so it is loaded off the loop when a price is first asked for."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._list: PriceList | None = None

    async def tariff(self, provider: Provider, model: str, tier: str | None = None) -> Tariff | None:
        """Return what a model costs, or `None` where it is unknown, as in a `service_tier` that may cost more.

        A free provider costs nothing, and one whose tokens the person entered as free gives the rest away as well.
        """
        own = (provider.price_input_microusd_per_mtok, provider.price_output_microusd_per_mtok)
        if provider.is_free or own == (0, 0):
            return _FREE
        if tier not in _USUAL_TIERS:
            return None
        if own[0] is not None and own[1] is not None:
            return OwnTariff(own[0], own[1])
        return (await self._loaded()).find(provider.base_url, model, self._clock.now())

    async def context_tokens(self, provider: Provider, model: str) -> int | None:
        """Return how much a model can read, as far as the price list knows."""
        return (await self._loaded()).context_tokens(provider.base_url, model)

    async def _loaded(self) -> "PriceList":
        if self._list is None:
            self._list = await asyncio.to_thread(_load, self._clock.now())
        return self._list


def cost_microusd(tariff: Tariff | None, usage: Usage) -> int | None:
    """Return the cost of counted tokens, rounded up; `None` where the price or a count is unknown."""
    if tariff == _FREE:
        return 0
    if tariff is None or usage.prompt_tokens is None or usage.completion_tokens is None:
        return None
    return rounded_up(tariff.usd(usage.prompt_tokens, usage.cached_tokens or 0, usage.completion_tokens))


def rounded_up(usd: Decimal) -> int:
    """Return dollars as micro-dollars, rounded up to a whole one."""
    return math.ceil(usd * MICRO)


def shown(tariff: Tariff | None) -> Price | None:
    """Return a tariff as it is shown: the prices of a short request."""
    if tariff is None:
        return None
    # A thousand tokens stay below every threshold from which some models cost more.
    per_input, per_output = tariff.usd(1000, 0, 0) * 1000, tariff.usd(0, 0, 1000) * 1000
    return Price(rounded_up(per_input), rounded_up(per_output), tariff.date)


def _load(now: datetime) -> "PriceList":
    from madang.gateway.price_list import PriceList

    return PriceList(now.date())
