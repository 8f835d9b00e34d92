"""The price list of genai-prices: as it came with the installed version, or a newer one that a person fetched."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from genai_prices import Usage
from genai_prices.data_snapshot import DataSnapshot, get_snapshot
from genai_prices.types import ModelInfo, ModelPrice, StartDateConstraint

_MOST_KNOWN = 4000


@dataclass(frozen=True, slots=True)
class ListTariff:
    """The prices of a model as they are at one time of day."""

    price: ModelPrice
    date: str | None

    def usd(self, prompt_tokens: int, cached_tokens: int, completion_tokens: int) -> Decimal:
        usage = Usage(input_tokens=prompt_tokens, cache_read_tokens=cached_tokens, output_tokens=completion_tokens)
        return self.price.calc_price(usage)["total_price"]


class PriceList:
    """Looks models up by the provider's address, and by the name alone where the address is nobody's we know."""

    def __init__(self, today: date, snapshot: DataSnapshot | None = None, fetched: date | None = None) -> None:
        self._snapshot = snapshot or get_snapshot()
        self.is_fetched = snapshot is not None
        self._known: dict[tuple[str, str], ModelInfo | None] = {}
        # The list does not carry its day; the newest price change in it that has come true is the latest sure one.
        self.date = fetched or max((day for day in self._starts() if day <= today), default=None)

    def find(self, base_url: str, model: str, at: datetime) -> ListTariff | None:
        """Return what a model costs at a time, or `None` where the list does not have it."""
        found = self._look_up(base_url, model)
        if found is None:
            return None
        return ListTariff(found.get_prices(at), self.date.isoformat() if self.date else None)

    def context_tokens(self, base_url: str, model: str) -> int | None:
        """Return how many tokens a model can read, where the list says so."""
        found = self._look_up(base_url, model)
        return found.context_window if found else None

    def _look_up(self, base_url: str, model: str) -> ModelInfo | None:
        """What was looked up before is known: a search goes through every model of the list."""
        if (base_url, model) not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[base_url, model] = self._find(base_url, model)
        return self._known[base_url, model]

    def _find(self, base_url: str, model: str) -> ModelInfo | None:
        try:
            provider = self._snapshot.find_provider(None, None, base_url)
        except LookupError:
            provider = None
        try:
            return self._snapshot.find_provider_model(model, provider, None, None)[1]
        except LookupError:
            return None

    def _starts(self) -> list[date]:
        priced = [model.prices for provider in self._snapshot.providers for model in provider.models]
        constraints = [each.constraint for prices in priced if isinstance(prices, list) for each in prices]
        return [each.start_date for each in constraints if isinstance(each, StartDateConstraint)]
