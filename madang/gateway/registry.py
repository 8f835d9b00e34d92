"""Every model there is, which one a name means, and which one is taken when nobody says."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from madang.clock import Clock
from madang.config import Settings
from madang.errors import named
from madang.gateway.catalogue import Catalogue, Listing
from madang.gateway.choosing import is_chat, may_stand_in, small_general
from madang.gateway.describing import described, described_builtin
from madang.gateway.directory import Directory
from madang.gateway.discovery import found_servers
from madang.gateway.embedded.builtin import BuiltIn
from madang.gateway.errors import GatewayError, NoModel, NotAnAnswer, UnknownModel
from madang.gateway.looking import Looking
from madang.gateway.prices import Prices, shown
from madang.gateway.providers import BUILTIN, OPENAI, names_provider
from madang.gateway.types import LOCAL_KINDS, ModelInfo, Provider, ProviderKind
from madang.gateway.upstream import Upstream
from madang.preferences.service import Preferences
from madang.principal import Announce

_FIRST_LISTS_SECONDS = 3.0
_MOST_KNOWN = 500
_CHANGES = frozenset({"keys.changed", "providers.changed", "preferences.changed"})
# Asked for at a compatible server that names no models: many take any name, and this one is small everywhere.
_ASSUMED = "gpt-4o-mini"


class Registry:
    """Knows the models. What it knows is refreshed in the background; only the first question waits for it, briefly."""

    def __init__(
        self,
        *,
        directory: Directory,
        catalogue: Catalogue,
        upstream: Upstream,
        prices: Prices,
        builtin: BuiltIn,
        preferences: Preferences,
        settings: Settings,
        clock: Clock,
        announce: Announce,
        ports: Mapping[ProviderKind, int] | None = None,
    ) -> None:
        self._directory = directory
        self._catalogue = catalogue
        self._upstream = upstream
        self._prices = prices
        self._builtin = builtin
        self._preferences = preferences
        self._settings = settings
        self._clock = clock
        self._announce = announce
        self._ports = ports
        self._looking = Looking(self._look, clock)
        self._known: dict[str, ModelInfo] = {}
        self._switching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to look for models."""
        await self._builtin.switch(self._wants_builtin())
        self._looking.soon()

    async def stop(self) -> None:
        """Stop looking."""
        await self._looking.stop()
        if self._switching:
            self._switching.cancel()
            await asyncio.gather(self._switching, return_exceptions=True)

    def heard(self, kind: str) -> None:
        """Take note of what was announced: another key, provider or wish changes which models there are."""
        if kind == "preferences.changed":
            self._switching = asyncio.create_task(self._builtin.switch(self._wants_builtin()), name="built-in model")
        if kind in _CHANGES:
            self._known = {}
            self._looking.again()

    async def models(self) -> list[ModelInfo]:
        """Return every model of every enabled provider, with its price; and the default one, listed or not."""
        await self._fresh()
        self._looking.if_stale()
        models = {model.id: model for provider in self._enabled() for model in self._models_of(provider)}
        # A wish whose provider is gone is told where it is asked; the others are there all the same.
        with suppress(NoModel, UnknownModel):
            default = await self.default_model()
            models[default.id] = replace(models.get(default.id) or self._as_it_stands(default), is_default=True)
        return [await self._priced(model) for model in models.values()]

    async def resolve(self, name: str | None) -> ModelInfo:
        """Return the model that `provider/name` or a bare name means, or the default one. Raises `UnknownModel`.

        A provider is trusted to know a name it does not list; a bare name must be one provider's, or the first's.
        """
        self._looking.if_stale()
        if name is None:
            return await self.default_model()
        # What is looked for while something changes goes into a book that nobody reads any more.
        known = self._known
        if name not in known:
            found = await self._found(name)
            if found.is_builtin or len(known) >= _MOST_KNOWN:
                return found
            known[name] = found
        return known[name]

    async def _found(self, name: str) -> ModelInfo:
        provider_id, _, model_name = name.partition("/")
        provider = await self._provider(provider_id)
        if provider is None or not model_name or await self._is_anothers(provider, name):
            return await self._with_context(await self._bare(name))
        if found := self._named(provider, model_name):
            return await self._with_context(found)
        raise UnknownModel(f"{provider.id} has no such model", model=named(name))

    async def default_model(self) -> ModelInfo:
        """Return the model that answers when none is named. Raises `NoModel`, and `UnknownModel` for a wish.

        Instead of a model that was wished for and is not there only a free one of this machine is taken: nobody
        agreed to anything further away or dearer.
        """
        await self._fresh()
        wishes = [*filter(None, (self._settings.model, self._preferences.get().default_model))]
        for wish in wishes:
            if found := await self.wished(wish):
                return await self._with_context(found)
        for provider in self._enabled():
            found = await self._small_of(provider)
            if found and (found.is_free or not wishes):
                return await self._with_context(found)
        if wishes:
            # Its own failure says best what is missing: the server, the key, the memory.
            return await self.resolve(wishes[0])
        raise NoModel("there is no provider with a key, no model server on this machine, and no built-in model")

    async def stand_ins(self, model: ModelInfo) -> list[ModelInfo]:
        """Return the models that may answer where `model` fails, in the person's order."""
        wishes = self._preferences.get()
        found = [await self.wished(name) for name in wishes.fallbacks if name != model.id]
        others = [await self._priced(other) for other in found if other and other.available]
        if not others:
            return []
        priced = await self._priced(model)
        return [other for other in others if may_stand_in(priced, other, wishes.allow_paid_fallback)]

    async def discover(self) -> list[Provider]:
        """Look for model servers on this machine now, and return those that are there."""
        await self._looking.now()
        return [provider for provider in self._directory.all() if provider.source == "found"]

    async def check(self, provider_id: str) -> tuple[Listing, float]:
        """Ask one provider now; return its answer and the seconds it took. Raises `UnknownProvider`."""
        began = self._clock.monotonic()
        listing = await self._catalogue.ask(self._directory.get(provider_id))
        return listing, self._clock.monotonic() - began

    def provider_of(self, model: ModelInfo) -> Provider:
        """Return the provider of a model, of the kind its list shows. Raises `UnknownProvider`."""
        return self.seen(self._directory.get(model.provider))

    def seen(self, provider: Provider) -> Provider:
        """Return a provider, of the kind its list shows."""
        listing = self._catalogue.listing(provider.id)
        if listing is None or listing.kind == provider.kind:
            return provider
        return replace(provider, kind=listing.kind)

    def _enabled(self) -> list[Provider]:
        return [self.seen(provider) for provider in self._directory.all() if provider.enabled]

    async def _provider(self, provider_id: str) -> Provider | None:
        """Return an enabled provider; a server of this machine that was not there is looked for once more."""
        if provider_id in LOCAL_KINDS and all(each.id != provider_id for each in self._enabled()):
            await asyncio.wait({self._looking.soon()}, timeout=_FIRST_LISTS_SECONDS)
        return next((each for each in self._enabled() if each.id == provider_id), None)

    def _models_of(self, provider: Provider) -> list[ModelInfo]:
        if provider.id == BUILTIN:
            return [described_builtin(provider, self._builtin.state)]
        listing = self._catalogue.listing(provider.id)
        if listing is None:
            return []
        unavailable = listing.error.code if listing.error else None
        return [described(provider, name, words, unavailable) for name, words in listing.models.items()]

    def _as_it_stands(self, model: ModelInfo) -> ModelInfo:
        """Mark a model that is not listed as unavailable where its provider could not be asked at all."""
        listing = self._catalogue.listing(model.provider)
        if listing is None or listing.error is None or isinstance(listing.error, NotAnAnswer):
            return model
        return replace(model, available=False, unavailable_reason=listing.error.code)

    def _named(self, provider: Provider, name: str) -> ModelInfo | None:
        if provider.id == BUILTIN:
            return next((model for model in self._models_of(provider) if model.name == name), None)
        listing = self._catalogue.listing(provider.id)
        return described(provider, name, listing.models.get(name, {}) if listing else {})

    async def _bare(self, name: str) -> ModelInfo:
        """Return the model of a bare name: the first provider's that lists it, or that would not list it."""
        await self._fresh()
        if owners := self._owners(name):
            return owners[0]
        first = await self._first_configured()
        listing = self._catalogue.listing(first.id) if first else None
        # Models that nobody talks to are in no list here, so the first provider is trusted with their names.
        is_listed = bool(listing and listing.models) and is_chat(name)
        if first and not is_listed and not names_provider(name):
            return described(first, name, {})
        raise UnknownModel("no provider has such a model", model=named(name))

    async def _is_anothers(self, provider: Provider, name: str) -> bool:
        """Say whether a provider that cannot be asked is meant as a part of the name that another one lists."""
        if await self._is_usable(provider):
            return False
        await self._fresh()
        return bool(self._owners(name))

    def _owners(self, name: str) -> list[ModelInfo]:
        listed = (self._listed(provider, name) for provider in self._enabled())
        return [model for model in listed if model and (model.available or not model.is_builtin)]

    def _listed(self, provider: Provider, name: str) -> ModelInfo | None:
        """Return a model that is in a provider's list. The others there are not looked at: lists are long."""
        if provider.id == BUILTIN:
            return self._named(provider, name)
        listing = self._catalogue.listing(provider.id)
        if listing is None or name not in listing.models:
            return None
        return described(provider, name, listing.models[name], listing.error.code if listing.error else None)

    async def wished(self, wish: str) -> ModelInfo | None:
        """Return the model the person or the environment named, as long as its provider is there."""
        try:
            found = await self.resolve(wish)
        except GatewayError:
            first = await self._first_configured()
            is_trusted = wish == self._settings.model and not names_provider(wish)
            return described(first, wish, {}) if first and is_trusted else None
        provider = self._directory.get(found.provider)
        is_there = found.available if found.is_builtin else await self._is_usable(provider)
        return found if is_there else None

    async def _small_of(self, provider: Provider) -> ModelInfo | None:
        """Return the model of a provider that is taken when none is named."""
        if provider.id == BUILTIN:
            model = described_builtin(provider, self._builtin.state)
            return model if model.available else None
        if not await self._is_usable(provider):
            return None
        found = small_general(self._models_of(provider))
        return found or (described(provider, _ASSUMED, {}) if provider.source != "found" else None)

    async def _first_configured(self) -> Provider | None:
        for provider in self._enabled():
            if provider.id != BUILTIN and provider.source != "found" and await self._is_usable(provider):
                return provider
        return None

    async def _is_usable(self, provider: Provider) -> bool:
        """Say whether a provider can be asked: OpenAI needs a key, others may do without one."""
        return provider.id != OPENAI or (await self._catalogue.target(provider)).key is not None

    async def _priced(self, model: ModelInfo) -> ModelInfo:
        model = await self._with_context(model)
        return replace(model, price=shown(await self._prices.tariff(self.provider_of(model), model.name)))

    async def _with_context(self, model: ModelInfo) -> ModelInfo:
        if model.context_tokens is not None or model.is_free:
            return model
        known = await self._prices.context_tokens(self.provider_of(model), model.name)
        return replace(model, context_tokens=known)

    async def _fresh(self) -> None:
        """Wait a little for lists that were never there, or that another key or address has made worthless."""
        is_known = [await self._catalogue.is_current(each) for each in self._enabled() if each.id != BUILTIN]
        if not all(is_known):
            await asyncio.wait({self._looking.soon()}, timeout=_FIRST_LISTS_SECONDS)

    def _wants_builtin(self) -> bool:
        return self._settings.builtin and self._preferences.get().builtin_enabled

    async def _look(self) -> None:
        wants_local = self._preferences.get().local_discovery
        found = await found_servers(self._upstream, self._ports) if wants_local else []
        has_news = self._directory.found(found)
        has_others = await self._catalogue.refresh(self._directory.all())
        self._known = {}
        if has_others or has_news:
            self._announce("models.changed", {})
