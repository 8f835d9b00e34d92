"""What a call costs: the person's price for the model or its provider, else the dated price list, else nobody knows."""

import asyncio
import math
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from loguru import logger

from madang.clock import Clock
from madang.gateway.errors import BadPriceList
from madang.gateway.pricing.own import OwnPrices
from madang.gateway.pricing.types import OwnPrice, PriceSource
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
    """Prices that the person entered, in micro-dollars per million tokens.

    Without a price of their own, cached tokens cost like others.
    """

    input_microusd_per_mtok: int
    output_microusd_per_mtok: int
    date: str | None = None
    cached_microusd_per_mtok: int | None = None

    @property
    def is_free(self) -> bool:
        return not (self.input_microusd_per_mtok or self.output_microusd_per_mtok or self.cached_microusd_per_mtok)

    def usd(self, prompt_tokens: int, cached_tokens: int, completion_tokens: int) -> Decimal:
        total = prompt_tokens * self.input_microusd_per_mtok + completion_tokens * self.output_microusd_per_mtok
        if self.cached_microusd_per_mtok is not None:
            total += cached_tokens * (self.cached_microusd_per_mtok - self.input_microusd_per_mtok)
        return Decimal(total) / MICRO / MICRO


_FREE = OwnTariff(0, 0)


class Prices:
    """Finds tariffs. The price list is large, so it is loaded off the loop when a price is first asked for."""

    def __init__(self, clock: Clock, own: OwnPrices | None = None, kept: Path | None = None) -> None:
        """Build it. `kept` is the file in which a newer list than the shipped one is kept, where there is one."""
        self._clock = clock
        self._own = own
        self._kept = kept
        self._list: PriceList | None = None

    async def tariff(self, provider: Provider, model: str, tier: str | None = None) -> Tariff | None:
        """Return what a model costs, or `None` where it is unknown, as in a `service_tier` that may cost more."""
        return (await self.find(provider, model, tier))[1]

    async def find(self, provider: Provider, model: str, tier: str | None = None) -> tuple[PriceSource, Tariff | None]:
        """Return what a model costs and where that is from; `unknown` and `None` where nobody knows.

        A free provider costs nothing, and one whose tokens the person entered as free gives the rest away as well.
        """
        if provider.is_free:
            return "local", _FREE
        source, entered = self._entered(provider, model)
        is_usual = tier in _USUAL_TIERS
        if entered and (is_usual or entered.is_free):
            return source, entered
        if entered or not is_usual:
            return "unknown", None
        listed = (await self._loaded()).find(provider.base_url, model, self._clock.now())
        return ("list", listed) if listed else ("unknown", None)

    async def list_date(self) -> tuple[str | None, bool]:
        """Return the day of the price list, where it is known, and whether it was fetched."""
        known = await self._loaded()
        return known.date.isoformat() if known.date else None, known.is_fetched

    async def renew(self, content: bytes) -> None:
        """Keep a newer list and use it from here on. Raises `BadPriceList`, and then nothing changes."""
        self._list = await asyncio.to_thread(_renewed, content, self._clock.now(), self._kept)

    async def back(self) -> None:
        """Forget a newer list."""
        if self._kept:
            await asyncio.to_thread(self._kept.unlink, missing_ok=True)
        self._list = None

    async def context_tokens(self, provider: Provider, model: str) -> int | None:
        """Return how much a model can read, as far as the price list knows."""
        return (await self._loaded()).context_tokens(provider.base_url, model)

    def _entered(self, provider: Provider, model: str) -> tuple[PriceSource, OwnTariff | None]:
        """Return what the person entered: for the model, else for all models of its provider."""
        decided = self._own.find(provider.id, model) if self._own else None
        if decided and decided.decision != "refuse":
            return "own", _decided(decided)
        per_input, per_output = provider.price_input_microusd_per_mtok, provider.price_output_microusd_per_mtok
        if per_input is None or per_output is None:
            return "unknown", None
        return "provider", OwnTariff(per_input, per_output)

    async def _loaded(self) -> "PriceList":
        if self._list is None:
            found = await asyncio.to_thread(_load, self._clock.now(), self._kept)
            # Meanwhile a newer list may have come.
            self._list = self._list or found
        return self._list


def cost_microusd(tariff: Tariff | None, usage: Usage) -> int | None:
    """Return the cost of counted tokens, rounded up; `None` where the price or a count is unknown."""
    if isinstance(tariff, OwnTariff) and tariff.is_free:
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
    per_input, per_output, per_cached = (
        rounded_up(tariff.usd(*tokens) * 1000) for tokens in ((1000, 0, 0), (0, 0, 1000), (1000, 1000, 0))
    )
    return Price(per_input, per_output, tariff.date, per_cached)


def _decided(price: OwnPrice) -> OwnTariff:
    date = price.updated_at.date().isoformat()
    return OwnTariff(
        price.input_microusd_per_mtok or 0, price.output_microusd_per_mtok or 0, date, price.cached_microusd_per_mtok
    )


def _load(now: datetime, kept: Path | None) -> "PriceList":
    from madang.gateway.price_list import PriceList

    if kept and kept.exists():
        try:
            return _read(kept.read_bytes(), now, datetime.fromtimestamp(kept.stat().st_mtime, UTC).date())
        except (BadPriceList, OSError) as error:
            logger.warning("the price list that was fetched cannot be used, so the shipped one is: {}", error)
    return PriceList(now.date())


def _renewed(content: bytes, now: datetime, kept: Path | None) -> "PriceList":
    found = _read(content, now, now.date())
    if kept:
        coming = kept.with_suffix(".coming")
        coming.write_bytes(content)
        os.utime(coming, (now.timestamp(), now.timestamp()))
        coming.replace(kept)
    return found


def _read(content: bytes, now: datetime, fetched: date) -> "PriceList":
    from madang.gateway.price_file import parsed
    from madang.gateway.price_list import PriceList

    return PriceList(now.date(), parsed(content), fetched)
