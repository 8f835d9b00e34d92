"""The price list in the form in which genai-prices publishes it: read strictly, or refused."""

from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

import orjson
from genai_prices import Usage
from genai_prices.data_snapshot import DataSnapshot
from genai_prices.types import Provider, _providers_from_raw
from pydantic import ValidationError

from madang.gateway.errors import BadPriceList

_FEWEST_MODELS = 500
# Dollars for a thousand tokens each way. Nobody asks a tenth of it.
_MOST_USD = Decimal(100)


def parsed(content: bytes) -> DataSnapshot:
    """Return the list that `content` is. Raises `BadPriceList` where it cannot be one."""
    try:
        # The library reads its own form nowhere else without fetching it at once.
        providers = _providers_from_raw(orjson.loads(content))
    except (orjson.JSONDecodeError, ValidationError, ValueError, TypeError, RecursionError):
        raise BadPriceList("it does not have the form of a price list", reason="form") from None
    if sum(len(provider.models) for provider in providers) < _FEWEST_MODELS:
        raise BadPriceList("it has too few models to be the price list", reason="few")
    _check_numbers(providers)
    return DataSnapshot(providers, from_auto_update=False)


def _check_numbers(providers: list[Provider]) -> None:
    usage, now = Usage(input_tokens=1000, output_tokens=1000), datetime.now(UTC)
    for model in (model for provider in providers for model in provider.models):
        try:
            usd = model.get_prices(now).calc_price(usage)["total_price"]
        except (ValueError, InvalidOperation, ArithmeticError):
            usd = Decimal(-1)
        if not 0 <= usd <= _MOST_USD:
            raise BadPriceList("it has a price that nobody asks", reason="numbers", model=model.id[:100])
