"""/api/settings: models, providers, kept answers, the built-in model."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from madang.gateway.answers import CacheState, Check, check_of
from madang.gateway.clearing import Clearing
from madang.gateway.directory import Directory
from madang.gateway.embedded.builtin import BuiltIn
from madang.gateway.embedded.types import BuiltInState
from madang.gateway.never import NeverKept
from madang.gateway.registry import Registry
from madang.gateway.semantic.service import Similar
from madang.gateway.telling import Telling
from madang.gateway.types import ModelInfo, Provider
from madang.preferences.service import Preferences
from madang.web import Body, needs, service

router = APIRouter(prefix="/api/settings", tags=["settings"])

RegistryDep = Annotated[Registry, service(Registry)]
DirectoryDep = Annotated[Directory, service(Directory)]
NeverDep = Annotated[NeverKept, service(NeverKept)]
SimilarDep = Annotated[Similar, service(Similar)]
BuiltInDep = Annotated[BuiltIn, service(BuiltIn)]
# A thousand dollars a token is more than anybody asks, and still fits the ledger.
PriceField = Annotated[int | None, Field(ge=0, le=10**15)]


class NewProvider(Body):
    """A server that speaks OpenAI's form. Prices are micro-dollars per million tokens; null is unknown.

    With `may_be_plain` the address may be `http` where it leads into a private network.
    """

    name: str = Field(min_length=1, max_length=200)
    base_url: str = Field(min_length=1, max_length=2000)
    price_input_microusd_per_mtok: PriceField = None
    price_output_microusd_per_mtok: PriceField = None
    enabled: bool = True
    may_be_plain: bool = False


class ProviderPatch(Body):
    """The fields to change; what is left out stays."""

    name: str = Field("", min_length=1, max_length=200)
    base_url: str = Field("", min_length=1, max_length=2000)
    price_input_microusd_per_mtok: PriceField = None
    price_output_microusd_per_mtok: PriceField = None
    enabled: bool = True
    may_be_plain: bool = False


class AnsweredCall(Body):
    """A call by the id on its receipt."""

    call_id: str = Field(min_length=1, max_length=100)


@router.get("/models", dependencies=[needs("read")])
async def models(registry: RegistryDep) -> list[ModelInfo]:
    """Every model of every enabled provider."""
    return await registry.models()


@router.get("/providers", dependencies=[needs("read")])
async def providers(directory: DirectoryDep) -> list[Provider]:
    """Every provider, in the order in which they are preferred."""
    return directory.all()


@router.post("/providers", status_code=201, dependencies=[needs(person=True)])
async def add_provider(body: NewProvider, directory: DirectoryDep) -> Provider:
    """Add a provider."""
    further = body.model_dump(exclude={"name", "base_url", "may_be_plain"})
    return await directory.add(body.name, body.base_url, further, may_be_plain=body.may_be_plain)


@router.post("/providers/discover", dependencies=[needs("manage")])
async def discover(registry: RegistryDep) -> list[Provider]:
    """Look for model servers on this machine, now."""
    return await registry.discover()


@router.patch("/providers/{provider_id}", dependencies=[needs(person=True)])
async def change_provider(provider_id: str, body: ProviderPatch, directory: DirectoryDep) -> Provider:
    """Change a provider that was added."""
    changes = body.model_dump(exclude_unset=True, exclude={"may_be_plain"})
    return await directory.change(provider_id, changes, may_be_plain=body.may_be_plain)


@router.delete("/providers/{provider_id}", status_code=204, dependencies=[needs(person=True)])
async def remove_provider(provider_id: str, directory: DirectoryDep) -> None:
    """Remove a provider that was added."""
    await directory.remove(provider_id)


@router.post("/providers/{provider_id}/check", dependencies=[needs("manage")])
async def check_provider(provider_id: str, registry: RegistryDep) -> Check:
    """Ask a provider for its models with the key that is set, and say what came of it."""
    return check_of(*await registry.check(provider_id))


@router.get("/cache", dependencies=[needs("read")])
async def cache_state(telling: Annotated[Telling, service(Telling)]) -> CacheState:
    """How many answers are kept, how large they are, for how long they are kept, and how many never are."""
    return await telling.state()


@router.delete("/cache", status_code=204, dependencies=[needs("manage")])
async def clear_cache(clearing: Annotated[Clearing, service(Clearing)]) -> None:
    """Forget every kept answer."""
    await clearing.clear()


@router.post("/cache/never", status_code=204, dependencies=[needs("manage")])
async def never_keep(body: AnsweredCall, never: NeverDep) -> None:
    """Forget the answer of a call, and keep no answer to its question any more."""
    await never.add(body.call_id)


@router.post("/cache/wrong", status_code=204, dependencies=[needs("manage")])
async def wrong_answer(body: AnsweredCall, similar: SimilarDep) -> None:
    """Learn that a similar question's answer did not answer this one: it is never given to it again."""
    await similar.wrong(body.call_id)


@router.delete("/cache/never", status_code=204, dependencies=[needs("manage")])
async def keep_again(never: NeverDep) -> None:
    """Let the answers to all questions be kept again."""
    await never.clear()


@router.get("/builtin", dependencies=[needs("read")])
async def builtin_state(builtin: BuiltInDep) -> BuiltInState:
    """What the built-in model is doing."""
    return builtin.state


@router.post("/builtin/{deed}", dependencies=[needs("manage")])
async def do_builtin(
    deed: Literal["fetch", "cancel", "stop", "remove"],
    builtin: BuiltInDep,
    preferences: Annotated[Preferences, service(Preferences)],
) -> BuiltInState:
    """Fetch the built-in model or stop fetching, unload it, or switch it off and delete it from the disk."""
    match deed:
        case "fetch":
            builtin.fetch()
        case "cancel":
            await builtin.cancel()
        case "stop":
            await builtin.stop_engine()
        case "remove":
            # Left on, it would be fetched again by the next question.
            await preferences.change({"builtin_enabled": False})
            await builtin.switch(False)
            await builtin.remove()
    return builtin.state
