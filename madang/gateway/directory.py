"""Which providers there are: OpenAI, the environment's pair, those the person added, those found here, the built-in."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from madang.clock import Clock
from madang.config import Settings
from madang.db.database import Database
from madang.errors import named
from madang.gateway import store
from madang.gateway.addresses import is_loopback, port_of
from madang.gateway.catalogue import Keys
from madang.gateway.errors import BadProvider, UnknownProvider
from madang.gateway.providers import BUILTIN, ENVIRONMENT, OPENAI, OPENAI_URL, checked_name, checked_url
from madang.gateway.types import Provider
from madang.ids import new_id
from madang.principal import Announce

_BUILT_IN = Provider(BUILTIN, "Madang", "", "builtin", "builtin")


class Directory:
    """All providers, in the order in which they are preferred. Changes are stored first and then announced."""

    def __init__(self, database: Database, clock: Clock, settings: Settings, announce: Announce, keys: Keys) -> None:
        self._database = database
        self._clock = clock
        self._announce = announce
        self._keys = keys
        self._fixed = _fixed(settings)
        self._added: list[Provider] = []
        self._found: list[Provider] = []
        self._by_id = _arranged(self._fixed, [])

    async def start(self) -> None:
        """Read the providers that were added, and hear of those that are added at other processes."""
        self._database.refresh_on(store.PROVIDERS, self.refresh)
        await self.refresh()

    async def refresh(self) -> None:
        """Read again which providers were added."""
        self._take(await store.list_providers(self._database))

    def all(self) -> list[Provider]:
        """Return every provider. A server found on this machine is left out where it was already named."""
        return list(self._by_id.values())

    def get(self, provider_id: str) -> Provider:
        """Return a provider. Raises `UnknownProvider`."""
        if provider_id not in self._by_id:
            raise UnknownProvider("there is no such provider", provider=named(provider_id))
        return self._by_id[provider_id]

    def found(self, providers: Sequence[Provider]) -> bool:
        """Take the servers that answer on this machine now, and say whether they are others than before."""
        is_changed = list(providers) != self._found
        self._found = list(providers)
        self._take(self._added)
        return is_changed

    async def add(self, name: str, base_url: str, changes: dict[str, Any], *, may_be_plain: bool = False) -> Provider:
        """Add a provider with these further fields. Raises `BadProvider`."""
        url = checked_url(base_url, may_be_plain=may_be_plain)
        provider = Provider(new_id(), checked_name(name), url, "compatible", "settings")
        provider = replace(provider, **changes)
        await self._put(provider)
        return provider

    async def change(self, provider_id: str, changes: dict[str, Any], *, may_be_plain: bool = False) -> Provider:
        """Change fields of a provider that was added. Raises `UnknownProvider` and `BadProvider`."""
        if "name" in changes:
            changes = changes | {"name": checked_name(changes["name"])}
        provider = self._added_one(provider_id)
        if (url := changes.get("base_url", provider.base_url)) != provider.base_url:
            changes = changes | {"base_url": checked_url(url, may_be_plain=may_be_plain)}
        provider = replace(provider, **changes)
        await self._put(provider)
        return provider

    async def remove(self, provider_id: str) -> None:
        """Remove a provider that was added, and its key. Raises `UnknownProvider` and `BadProvider`.

        Where the place of the key does not work the provider is gone all the same, and that is raised.
        """
        provider = self._added_one(provider_id)
        await store.delete_provider(self._database, provider_id)
        self._take(provider for provider in self._added if provider.id != provider_id)
        self._announce("providers.changed", {})
        await self._keys.forget(provider.key_name)

    def _added_one(self, provider_id: str) -> Provider:
        provider = self.get(provider_id)
        if provider.source != "settings":
            raise BadProvider("only a provider that was added here can be changed", reason="fixed")
        return provider

    async def _put(self, provider: Provider) -> None:
        await store.put_provider(self._database, provider, self._clock.now())
        others = [other for other in self._added if other.id != provider.id]
        self._take(sorted([*others, provider], key=lambda each: each.id))
        self._announce("providers.changed", {})

    def _take(self, added: Iterable[Provider]) -> None:
        self._added = list(added)
        self._by_id = _arranged([*self._fixed, *self._added], self._found)


def _arranged(named: Sequence[Provider], found: Sequence[Provider]) -> dict[str, Provider]:
    ports = {port_of(provider.base_url) for provider in named if is_loopback(provider.base_url)}
    others = [provider for provider in found if port_of(provider.base_url) not in ports]
    return {provider.id: provider for provider in (*named, *others, _BUILT_IN)}


def _fixed(settings: Settings) -> list[Provider]:
    """The environment's address and key belong together, so they are a provider of their own."""
    openai = Provider(OPENAI, "OpenAI", OPENAI_URL, "openai", "openai")
    if not settings.openai_base_url:
        return [openai]
    try:
        # Whoever sets the environment names the server there, as a compose file does with one beside this one.
        url = checked_url(settings.openai_base_url, may_be_plain=True)
    except BadProvider as error:
        raise BadProvider(f"OPENAI_BASE_URL: {error.message}", **error.details) from None
    return [Provider(ENVIRONMENT, "OPENAI_BASE_URL", url, "compatible", "environment"), openai]
