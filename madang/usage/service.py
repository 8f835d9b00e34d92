"""Answers what the calls took, and what the same tokens would have cost elsewhere."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import assert_never
from zoneinfo import ZoneInfo

from madang.clock import Clock
from madang.db.database import Database
from madang.db.transaction import Transaction
from madang.errors import named
from madang.gateway.prices import Prices, Tariff, cost_microusd
from madang.gateway.registry import Registry
from madang.gateway.types import Usage as Tokens
from madang.preferences.types import RouteRule
from madang.usage import period
from madang.usage.errors import NoPrice
from madang.usage.metrics import DURATION_BOUNDS_MS, FIRST_WORD_BOUNDS_MS
from madang.usage.store import listing, savings, sums, totals
from madang.usage.store.asked import newest
from madang.usage.trial import tried
from madang.usage.types import By, Call, Filter, Group, Report, Savings, TokenCount, Totals, Trial, WhatIf

_EXPORT_ROWS = 1000
_TRIED_QUESTIONS = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """Whole days of a zone, and which of their calls. A `None` leaves the rest open."""

    first: date
    last: date
    zone: ZoneInfo
    model: str | None = None
    feature: str | None = None
    token_id: str | None = None
    status: str | None = None

    def filter(self, most_days: int = period.MOST_DAYS) -> Filter:
        """Return the filter for the ledger. Raises `BadPeriod`."""
        period.check_days(self.first, self.last, most_days)
        since, until = period.begins(self.first, self.zone), period.begins(self.last + timedelta(days=1), self.zone)
        return Filter(since, until, self.model, self.feature, self.token_id, self.status)


class UsageReports:
    """Reads the ledger. Every answer comes from one snapshot of the database."""

    def __init__(self, database: Database, clock: Clock, registry: Registry, prices: Prices) -> None:
        self._database = database
        self._clock = clock
        self._registry = registry
        self._prices = prices

    async def report(self, asked: Asked, by: By) -> Report:
        """Return sums in all and by group. Raises `BadPeriod`."""
        wanted = asked.filter(period.MOST_DAYS_BY_HOUR if by == "hour" else period.MOST_DAYS)
        now = self._clock.now()
        month = Filter(*period.month_of(now, asked.zone))

        async def read(tx: Transaction) -> Report:
            return Report(
                from_day=asked.first.isoformat(),
                to_day=asked.last.isoformat(),
                zone=asked.zone.key,
                by=by,
                totals=await sums.in_all(tx, wanted),
                groups=await _groups(tx, wanted, asked, by),
                errors=await sums.error_counts(tx, wanted),
                ttft=await sums.ttft_spread(tx, wanted),
                latency=await sums.latency_spread(tx, wanted),
                pace=period.pace(now, asked.zone, (await sums.in_all(tx, month)).cost_microusd),
            )

        return await self._database.run_read(read)

    async def calls(self, asked: Asked, before: str | None, limit: int) -> list[Call]:
        """Return at most `limit` calls before the id `before`, the newest first. Raises `BadPeriod`."""
        wanted = asked.filter()
        return await self._database.run_read(lambda tx: listing.page(tx, wanted, before, limit))

    async def all_calls(self, asked: Asked) -> AsyncIterator[Sequence[Call]]:
        """Yield all calls in portions, the newest first. Raises `BadPeriod`."""
        before: str | None = None
        while rows := await self.calls(asked, before, _EXPORT_ROWS):
            yield rows
            before = rows[-1].id

    async def totals(self) -> Totals:
        """Return what the whole ledger holds."""

        async def read(tx: Transaction) -> Totals:
            return Totals(
                await totals.in_all(tx),
                await totals.by_kind(tx),
                await totals.first_words(tx, FIRST_WORD_BOUNDS_MS),
                await totals.durations(tx, DURATION_BOUNDS_MS),
            )

        return await self._database.run_read(read)

    async def savings(self, asked: Asked) -> Savings:
        """Return what each way of saving saved. Raises `BadPeriod`."""
        wanted = asked.filter()
        return await self._database.run_read(lambda tx: savings.in_all(tx, wanted))

    async def try_rule(self, rule: RouteRule) -> Trial:
        """Return what a rule had done with the newest questions whose model was left open. Raises `UnknownModel`."""
        model = await self._registry.resolve(rule.model)
        tariff = await self._prices.tariff(self._registry.provider_of(model), model.name)
        questions = await self._database.run_read(lambda tx: newest(tx, _TRIED_QUESTIONS))
        return tried(rule, model, tariff, questions)

    async def what_if(self, asked: Asked, model: str) -> WhatIf:
        """Return what the calls had cost on `model`. Raises `BadPeriod`, `UnknownModel` and `NoPrice`."""
        wanted = asked.filter()
        found = await self._registry.resolve(model)
        tariff = await self._prices.tariff(self._registry.provider_of(found), found.name)
        if tariff is None:
            raise NoPrice("nobody knows what this model costs", model=named(model))
        counts = await self._database.run_read(lambda tx: sums.token_counts(tx, wanted))
        # Each kind of call is priced on its own, since some models cost more from a certain length on.
        return await asyncio.to_thread(_priced, found.id, tariff, counts)


async def _groups(tx: Transaction, wanted: Filter, asked: Asked, by: By) -> list[Group]:
    match by:
        case "day" | "hour":
            key = period.day_key if by == "day" else period.hour_key
            hours = period.hour_keys(asked.first, asked.last, asked.zone)
            keys = period.day_keys(asked.first, asked.last) if by == "day" else hours
            found = [(key(at, asked.zone), some) for at, some in await sums.by_quarter(tx, wanted)]
            return [Group(*one) for one in period.folded(keys, found).items()]
        case "model":
            return _dearest_first([Group(*one) for one in await sums.by_model(tx, wanted)])
        case "feature":
            return _dearest_first([Group(*one) for one in await sums.by_feature(tx, wanted)])
        case "token":
            names = await sums.token_names(tx)
            found_tokens = await sums.by_token(tx, wanted)
            return _dearest_first([Group(key, some, names.get(key or "")) for key, some in found_tokens])
        case _:
            assert_never(by)


def _dearest_first(groups: list[Group]) -> list[Group]:
    return sorted(groups, key=lambda one: (-one.sums.cost_microusd, -one.sums.calls, one.key or ""))


def _priced(model: str, tariff: Tariff, counts: Sequence[TokenCount]) -> WhatIf:
    costs = [
        cost_microusd(tariff, Tokens(one.prompt_tokens, one.cached_tokens, one.completion_tokens)) for one in counts
    ]
    pairs = [(one, cost) for one, cost in zip(counts, costs, strict=True) if cost is not None]
    priced_calls = sum(one.calls for one, _ in pairs)
    return WhatIf(
        model=model,
        price_date=tariff.date,
        priced_calls=priced_calls,
        unpriced_calls=sum(one.calls for one in counts) - priced_calls,
        cost_microusd=sum(cost * one.calls for one, cost in pairs),
        paid_microusd=sum(one.cost_microusd for one, _ in pairs),
        unknown_cost_calls=sum(one.unknown_cost_calls for one, _ in pairs),
    )
