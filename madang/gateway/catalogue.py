"""The models of each provider, asked for in the background and kept in memory."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from madang.gateway.choosing import gives_vectors, is_chat
from madang.gateway.errors import NotAnAnswer, UpstreamError
from madang.gateway.types import Provider, ProviderKind
from madang.gateway.upstream import Target, Upstream

_PATIENCE_SECONDS = 5.0
_MOST_MODELS = 2000
_NAME_LIMIT = 300
# How servers that run models themselves sign their lists: nobody is paid for these.
_SIGNATURES: dict[str, ProviderKind] = {
    "library": "ollama",
    "organization_owner": "lmstudio",
    "llamacpp": "llamacpp",
    "vllm": "vllm",
}


class Keys(Protocol):
    """Where keys are looked up by name, and given up with their provider."""

    async def get(self, name: str) -> str | None: ...

    async def forget(self, name: str) -> None: ...


@dataclass(frozen=True)
class Listing:
    """What a provider answered last. `models` holds each chat model's own description by its name.

    `embedders` are the names of those that give vectors.
    """

    provider: Provider
    key: str | None = field(repr=False)
    models: Mapping[str, dict[str, Any]]
    embedders: tuple[str, ...] = ()
    error: UpstreamError | None = None

    @cached_property
    def kind(self) -> ProviderKind:
        """Return the kind of server this is, as its list shows it, where it runs on this machine."""
        owners = {str(model.get("owned_by")) for model in self.models.values()}
        if self.provider.kind == "compatible" and self.provider.is_local and len(owners) == 1:
            return _SIGNATURES.get(owners.pop(), "compatible")
        return self.provider.kind


class Catalogue:
    """Asks all providers at once; one that does not answer keeps the list it had."""

    def __init__(self, upstream: Upstream, keys: Keys) -> None:
        self._upstream = upstream
        self._keys = keys
        self._listings: dict[str, Listing] = {}

    def listing(self, provider_id: str) -> Listing | None:
        """Return what a provider answered last, or `None` before it was ever asked."""
        return self._listings.get(provider_id)

    def embedders(self) -> tuple[str, ...]:
        """Return the models that give vectors, as `provider/name`."""
        listings = self._listings.values()
        return tuple(f"{listing.provider.id}/{name}" for listing in listings for name in listing.embedders)

    async def target(self, provider: Provider, model: str = "") -> Target:
        """Return where requests for a model go, with the provider's key."""
        return Target(provider.id, model, provider.base_url, await self._keys.get(provider.key_name))

    async def is_current(self, provider: Provider) -> bool:
        """Say whether the provider was asked at this address with this key."""
        listing = self.listing(provider.id)
        if listing is None or listing.provider.base_url != provider.base_url:
            return False
        return listing.key == await self._keys.get(provider.key_name)

    async def refresh(self, providers: Iterable[Provider]) -> bool:
        """Ask these providers for their models, and say whether anything is other than before."""
        providers = [provider for provider in providers if provider.enabled and provider.kind != "builtin"]
        before = {name: list(listing.models) for name, listing in self._listings.items()}
        asked = await asyncio.gather(*(self.ask(provider) for provider in providers))
        self._listings = {listing.provider.id: self._merged(listing) for listing in asked}
        return before != {name: list(listing.models) for name, listing in self._listings.items()}

    async def ask(self, provider: Provider) -> Listing:
        """Ask one provider. OpenAI is not asked without a key."""
        target = await self.target(provider)
        if provider.kind == "openai" and not target.key:
            return Listing(provider, None, {})
        try:
            models = _models(await self._upstream.look(target, "models", _PATIENCE_SECONDS))
        except UpstreamError as error:
            return Listing(provider, target.key, {}, error=error)
        chat = {name: model for name, model in models.items() if is_chat(name)}
        return Listing(provider, target.key, chat, tuple(name for name in models if gives_vectors(name)))

    def _merged(self, listing: Listing) -> Listing:
        """Keep the list from before where the same provider cannot be reached for a moment."""
        before = self.listing(listing.provider.id)
        if listing.error is None or before is None or before.provider.base_url != listing.provider.base_url:
            return listing
        return Listing(listing.provider, listing.key, before.models, before.embedders, listing.error)


def _models(answer: Any) -> dict[str, dict[str, Any]]:
    """Read a list of models in OpenAI's form. Raises `NotAnAnswer`."""
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, list):
        raise NotAnAnswer("the answer is no list of models")
    named = {str(model["id"]): model for model in data[:_MOST_MODELS] if isinstance(model, dict) and model.get("id")}
    return {name: model for name, model in sorted(named.items()) if len(name) <= _NAME_LIMIT}
