"""What a provider may charge for: an attempt that failed, and the tier in which it says it answered. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from madang.errors import MadangError
from madang.gateway.errors import TlsFailed, Unreachable
from madang.gateway.prices import Tariff
from madang.gateway.types import Provider, Tier

# Where a connection was never made, nothing was sent that anybody could charge for.
_NEVER_SENT = frozenset({"refused", "name", "timeout", "address"})
# Whoever answers so gave up on a server behind it, which may have done the work all the same.
_GAVE_UP = frozenset({408, 502, 504, *range(520, 528)})


@dataclass(frozen=True, slots=True)
class FlexTariff:
    """What a model costs in OpenAI's flex tier: half, as in its batches (https://platform.openai.com/docs/pricing)."""

    full: Tariff

    @property
    def date(self) -> str | None:
        return self.full.date

    def usd(self, prompt_tokens: int, cached_tokens: int, completion_tokens: int) -> Decimal:
        return self.full.usd(prompt_tokens, cached_tokens, completion_tokens) / 2


def tariff_at(tariff: Tariff | None, tier: Tier | None, provider: Provider) -> Tariff | None:
    """Return what a model costs in the tier that the provider says it answered in; `None` where nobody knows.

    Only of OpenAI it is known what flex takes off; at others the full price stands, and nothing is claimed.
    """
    if tariff is None or tier == "priority":
        # It costs more, by model, and the price list does not have it.
        return None
    return FlexTariff(tariff) if tier == "flex" and provider.kind == "openai" else tariff


def may_have_cost(error: MadangError) -> bool:
    """Say whether a provider may charge for an attempt that ended with `error` before its first word."""
    if isinstance(error, TlsFailed) or (isinstance(error, Unreachable) and error.details.get("reason") in _NEVER_SENT):
        return False
    status = error.details.get("http_status")
    return status is None or status in _GAVE_UP
