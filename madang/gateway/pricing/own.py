"""The person's own prices: known by heart, so that a call need not ask the database."""

from collections.abc import Mapping

from madang.clock import Clock
from madang.db.database import Database
from madang.gateway.pricing import store
from madang.gateway.pricing.types import Decision, OwnPrice
from madang.principal import Announce


class OwnPrices:
    """Decides, forgets and finds what was decided about a model. Other processes hear of it at once."""

    def __init__(self, database: Database, clock: Clock, announce: Announce) -> None:
        self._database = database
        self._clock = clock
        self._announce = announce
        self._known: Mapping[tuple[str, str], OwnPrice] = {}

    async def start(self) -> None:
        """Read what was decided, and hear of what is decided at other processes."""
        self._database.refresh_on(store.MODEL_PRICES, self.refresh)
        await self.refresh()

    async def refresh(self) -> None:
        """Read again what was decided."""
        found = await store.list_prices(self._database)
        self._known = {(price.provider, price.model): price for price in found}

    def all(self) -> list[OwnPrice]:
        """Return every decision."""
        return [*self._known.values()]

    def find(self, provider: str, model: str) -> OwnPrice | None:
        """Return what was decided about a model, by the provider's id and the name it has there. Asks memory only."""
        return self._known.get((provider, model))

    async def decide(
        self,
        provider: str,
        model: str,
        decision: Decision,
        prices: tuple[int | None, int | None, int | None] = (None, None, None),
    ) -> OwnPrice:
        """Decide about a model. `prices` are for input, output and cached tokens; only `set` has any."""
        price = OwnPrice(provider, model, decision, self._clock.now(), *prices)
        await store.put_price(self._database, price)
        await self._changed()
        return price

    async def forget(self, provider: str, model: str) -> None:
        """Forget what was decided about a model, if anything was."""
        if self.find(provider, model):
            await store.delete_price(self._database, provider, model)
            await self._changed()

    async def _changed(self) -> None:
        await self.refresh()
        self._announce("prices.changed", {})
