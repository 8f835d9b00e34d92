"""Which model answers where the person left that open: the first of their rules that fits decides."""

from collections.abc import Iterable

from madang.gateway.errors import UnknownProvider
from madang.gateway.prices import Prices, Tariff
from madang.gateway.registry import Registry
from madang.gateway.rules import Choice, Question, can_answer, fits
from madang.gateway.types import ModelInfo, Route
from madang.preferences.service import Preferences
from madang.preferences.types import RouteRule


class Routing:
    """Applies the person's rules."""

    def __init__(self, registry: Registry, preferences: Preferences, prices: Prices) -> None:
        self._registry = registry
        self._preferences = preferences
        self._prices = prices

    async def choose(self, question: Question, otherwise: ModelInfo, allowed: frozenset[str] | None) -> Choice:
        """Return the model of the first rule that fits and whose model can answer, else `otherwise`.

        `allowed` are the ids of the only models that may answer; `None` is any.
        """
        for rule in self._fitting(question):
            # One whose provider is gone takes no answer with it: the next rule is looked at, or the default answers.
            model = await self._registry.wished(rule.model)
            if model and can_answer(model, question) and (allowed is None or model.id in allowed):
                is_other = model.id != otherwise.id
                return Choice(model, Route(rule.id, rule.name, otherwise) if is_other else None)
        return Choice(otherwise)

    def _fitting(self, question: Question) -> Iterable[RouteRule]:
        return (rule for rule in self._preferences.get().routes if fits(rule, question))

    async def instead_tariff(self, route: Route | None) -> Tariff | None:
        """Return what the model costs that would have answered without the rule; `None` where that is unknown."""
        if route is None:
            return None
        try:
            provider = self._registry.provider_of(route.instead_of)
        except UnknownProvider:
            return None
        return await self._prices.tariff(provider, route.instead_of.name)
