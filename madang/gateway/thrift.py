"""What a call that was sent saved: by the model a rule chose, and by the provider's own prompt cache. Pure."""

from dataclasses import replace

from madang.gateway.entries import Thrift
from madang.gateway.prices import Tariff, cost_microusd
from madang.gateway.types import Trim, Usage


def thrift_of(usage: Usage, tariff: Tariff | None, instead: Tariff | None, trim: Trim | None = None) -> Thrift:
    """Return what a whole answer saved; `instead` is what the model costs that would have answered."""
    cost, other = cost_microusd(tariff, usage), cost_microusd(instead, usage)
    uncached = cost_microusd(tariff, replace(usage, cached_tokens=0)) if usage.cached_tokens else None
    return Thrift(
        route_microusd=None if cost is None or other is None else other - cost,
        prefix_microusd=None if cost is None or uncached is None else uncached - cost,
        trimmed_tokens=trim.tokens or None if trim else None,
    )
