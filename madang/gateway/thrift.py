"""What a call that was sent saved: by the model a rule chose, and by the provider's own prompt cache. Pure."""

from dataclasses import replace

from madang.gateway.entries import Thrift
from madang.gateway.prices import Tariff, cost_microusd
from madang.gateway.types import Trim, Usage


def thrift_of(
    usage: Usage,
    tariff: Tariff | None,
    instead: Tariff | None,
    *,
    full: Tariff | None = None,
    trim: Trim | None = None,
) -> Thrift:
    """Return what a whole answer saved.

    `instead` is what the model costs that would have answered, `full` what this one costs outside the tier it was
    asked in.
    """
    cost = cost_microusd(tariff, usage)
    uncached = cost_microusd(tariff, replace(usage, cached_tokens=0)) if usage.cached_tokens else None
    return Thrift(
        route_microusd=_less(cost_microusd(instead, usage), cost),
        prefix_microusd=_less(uncached, cost),
        tier_microusd=_less(cost_microusd(full, usage), cost) or None,
        trimmed_tokens=trim.tokens or None if trim else None,
    )


def _less(other: int | None, cost: int | None) -> int | None:
    return None if other is None or cost is None else other - cost
