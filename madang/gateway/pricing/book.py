"""The price of every model and where it is from, and what the person decides about it."""

from dataclasses import dataclass

from madang.gateway.directory import Directory
from madang.gateway.errors import BadPrice, UnknownProvider
from madang.gateway.prices import Prices, shown
from madang.gateway.pricing.own import OwnPrices
from madang.gateway.pricing.types import Decision, PriceSource
from madang.gateway.registry import Registry
from madang.gateway.types import Price, Provider


@dataclass(frozen=True, slots=True)
class PricedModel:
    """A model, `provider_id/model name`, and what it costs. `price` is null where nobody knows.

    `decision` is the person's about this model, null where there is none.
    """

    id: str
    name: str
    provider: str
    provider_name: str
    source: PriceSource
    decision: Decision | None
    price: Price | None


@dataclass(frozen=True, slots=True)
class PriceBook:
    """Every model with its price, and the day of the price list: null where the list does not tell.

    `is_fetched`: a person had the list fetched on that day; else it is the one that came with Madang.
    """

    list_date: str | None
    is_fetched: bool
    models: list[PricedModel]


class PriceDesk:
    """Tells prices and takes decisions about them."""

    def __init__(self, registry: Registry, directory: Directory, prices: Prices, own: OwnPrices) -> None:
        self._registry = registry
        self._directory = directory
        self._prices = prices
        self._own = own

    async def book(self) -> PriceBook:
        """Return the price of every model that can be chosen, and of those with a decision that cannot be just now."""
        listed = {(model.provider, model.name) for model in await self._registry.models()}
        decided = {(price.provider, price.model) for price in self._own.all()}
        providers = {provider.id: self._registry.seen(provider) for provider in self._directory.all()}
        wanted = [*sorted(listed), *sorted(decided - listed)]
        models = [await self._priced(providers[of], name) for of, name in wanted if of in providers]
        return PriceBook(*await self._prices.list_date(), models)

    async def decide(
        self, model: str, decision: Decision, prices: tuple[int | None, int | None, int | None]
    ) -> PricedModel:
        """Decide about `provider_id/model name`. Raises `BadPrice` and `UnknownProvider`."""
        provider, name = self._named(model)
        if provider.is_free:
            raise BadPrice("this model runs on a server that shows it is free", reason="local")
        if decision == "set" and None in prices[:2]:
            raise BadPrice("a price is one for input and one for output tokens", reason="missing")
        if prices[0] is not None and prices[2] is not None and prices[2] > prices[0]:
            # What a call may cost at most is reckoned without any cached tokens.
            raise BadPrice("cached tokens cost no more than others", reason="cached")
        await self._own.decide(provider.id, name, decision, prices if decision == "set" else (None, None, None))
        return await self._priced(provider, name)

    async def forget(self, model: str) -> None:
        """Go back to the price that stands without a decision. One that is not there is fine."""
        provider, _, name = model.partition("/")
        await self._own.forget(provider, name)

    def _named(self, model: str) -> tuple[Provider, str]:
        provider_id, _, name = model.partition("/")
        if not name:
            raise UnknownProvider("a model is named as provider_id/model name", model=model[:100])
        return self._registry.seen(self._directory.get(provider_id)), name

    async def _priced(self, provider: Provider, name: str) -> PricedModel:
        source, tariff = await self._prices.find(provider, name)
        own = self._own.find(provider.id, name)
        return PricedModel(
            id=f"{provider.id}/{name}",
            name=name,
            provider=provider.id,
            provider_name=provider.name,
            source=source,
            decision=own.decision if own else None,
            price=shown(tariff),
        )
