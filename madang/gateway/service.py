"""Builds the room's services in one go and starts and stops them in their order."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from madang.clock import Clock
from madang.config import Settings
from madang.db.database import Database
from madang.db.lease import Lease
from madang.gateway.alerts.service import Alerts
from madang.gateway.budget import Budget
from madang.gateway.cache.exact import ExactCache
from madang.gateway.caps.service import Caps
from madang.gateway.catalogue import Catalogue, Keys
from madang.gateway.clearing import Clearing
from madang.gateway.directory import Directory
from madang.gateway.embedded.builtin import BuiltIn
from madang.gateway.embedded.types import BuiltInState
from madang.gateway.embedder.service import Embedder
from madang.gateway.gateway import Gateway
from madang.gateway.keeping import Keeping
from madang.gateway.ledger import Ledger
from madang.gateway.never import NeverKept
from madang.gateway.places import Places
from madang.gateway.prices import Prices
from madang.gateway.pricing.book import PriceDesk
from madang.gateway.pricing.own import OwnPrices
from madang.gateway.pricing.renewal import PriceListRenewal
from madang.gateway.registry import Registry
from madang.gateway.routing import Routing
from madang.gateway.semantic.service import Similar
from madang.gateway.telling import Telling
from madang.gateway.types import ProviderKind
from madang.gateway.upstream import Limits, Upstream
from madang.gateway.vectors import Vectors
from madang.preferences.service import Preferences
from madang.principal import Announce
from madang.redact import Redactor


@dataclass(frozen=True, slots=True)
class Around:
    """What the room stands on. `ports` moves local servers that are looked for, `limits` replaces the settings'."""

    settings: Settings
    data_dir: Path
    clock: Clock
    redactor: Redactor
    database: Database
    lease: Lease
    preferences: Preferences
    keys: Keys
    announce: Announce
    builtin: BuiltIn
    ports: Mapping[ProviderKind, int] | None = None
    limits: Limits | None = None


@dataclass(frozen=True, slots=True)
class GatewayRoom:
    """The services of the room. The built-in model is used here, and started and stopped by whoever made it.

    `start()` reads the database only; models are looked for in the background.
    """

    gateway: Gateway
    registry: Registry
    directory: Directory
    cache: ExactCache
    similar: Similar
    telling: Telling
    clearing: Clearing
    never: NeverKept
    budget: Budget
    caps: Caps
    alerts: Alerts
    ledger: Ledger
    upstream: Upstream
    builtin: BuiltIn
    prices: Prices
    own_prices: OwnPrices
    price_desk: PriceDesk
    price_renewal: PriceListRenewal
    embedder: Embedder

    @classmethod
    def build(cls, around: Around) -> Self:
        """Build everything; nothing is opened yet."""
        clock, database, preferences = around.clock, around.database, around.preferences
        limits = around.limits or Limits.of(around.settings)
        upstream = Upstream(limits, clock, around.redactor)
        directory = Directory(database, clock, around.settings, around.announce, around.keys)
        catalogue, own = Catalogue(upstream, around.keys), OwnPrices(database, clock, around.announce)
        prices = Prices(clock, own, around.data_dir / "price-list.json")
        renewal = PriceListRenewal(around.settings.price_list_url, upstream, prices, around.announce)
        registry = Registry(
            directory=directory,
            catalogue=catalogue,
            upstream=upstream,
            prices=prices,
            builtin=around.builtin,
            preferences=preferences,
            settings=around.settings,
            clock=clock,
            announce=around.announce,
            ports=around.ports,
        )
        cache = ExactCache(around.data_dir / "cache", around.settings.cache_limit_bytes)
        caps = Caps(database, clock, around.settings, around.announce)
        budget, ledger = Budget(database, around.lease, clock, caps, preferences=preferences, own=own), Ledger(database)
        alerts = Alerts(database, clock, caps, around.announce)
        ledger.when_stored(alerts.stored)
        budget.when_stopped(alerts.stopped)
        clearing, never = Clearing(database, cache), NeverKept(database, cache, ledger, clock)
        embedder = _embedder(around)
        similar = Similar(database, preferences, catalogue, embedder, limits=limits, clock=clock)
        telling = Telling(cache, similar, never=never, preferences=preferences)
        gateway = Gateway(
            registry=registry,
            routing=Routing(registry, preferences, prices),
            places=Places(directory, catalogue, around.builtin),
            keeping=Keeping(cache, similar, never, preferences, clock),
            budget=budget,
            upstream=upstream,
            ledger=ledger,
            prices=prices,
            clock=clock,
        )
        return cls(
            gateway, registry, directory, cache, similar, telling, clearing, never, budget, caps, alerts, ledger,
            upstream, around.builtin, prices, own, PriceDesk(registry, directory, prices, own), renewal, embedder,
        )  # fmt: skip

    def services(self) -> dict[type[Any], Any]:
        """Return what the api asks for, by type."""
        kept = (self.similar, self.telling, self.clearing, self.never)
        money = (self.caps, self.alerts, self.price_desk, self.price_renewal)
        served = (self.gateway, self.registry, self.directory, *kept, *money, self.builtin, self.embedder)
        return {type(each): each for each in served}

    def vectors(self, clock: Clock) -> Vectors:
        """Return the door to the built-in embedder."""
        return Vectors(self.embedder, self.registry, self.ledger, clock)

    def heard(self, kind: str) -> None:
        """Take note of what was announced."""
        self.registry.heard(kind)
        self.embedder.heard(kind)

    async def start(self) -> None:
        """Read what is stored, settle what a dead process left, and begin to look for models."""
        await self.directory.start()
        await self.clearing.start()
        await self.caps.start()
        await self.own_prices.start()
        await self.never.start()
        await self.budget.start()
        await self.ledger.start()
        await self.alerts.start()
        await self.registry.start()

    async def stop(self) -> None:
        """Stop looking, write the last rows, close every connection."""
        await self.registry.stop()
        await self.similar.stop()
        await self.embedder.stop()
        await self.ledger.stop()
        await self.alerts.stop()
        await self.cache.stop()
        await self.upstream.stop()


def _embedder(around: Around) -> Embedder:
    """Return the embedder, which is wanted wherever the built-in model is."""

    def tell(state: BuiltInState) -> None:
        around.announce("embedder.changed", {"embedder": asdict(state)})

    def is_on() -> bool:
        return around.settings.builtin and around.preferences.get().builtin_enabled

    return Embedder(around.settings, around.data_dir, around.clock, tell, is_on=is_on)
