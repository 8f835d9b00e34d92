"""Where a model is to be reached: at its provider's address, or in the built-in engine once that runs."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack

from madang.gateway.catalogue import Catalogue
from madang.gateway.directory import Directory
from madang.gateway.embedded.builtin import BuiltIn
from madang.gateway.embedded.types import BuiltInState, Endpoint
from madang.gateway.errors import WrongKey
from madang.gateway.providers import OPENAI
from madang.gateway.types import ModelInfo, Waiting
from madang.gateway.upstream import Target


class Places:
    """Finds the address and the key, and starts what must run first."""

    def __init__(self, directory: Directory, catalogue: Catalogue, builtin: BuiltIn) -> None:
        self._directory = directory
        self._catalogue = catalogue
        self._builtin = builtin

    async def target(self, model: ModelInfo) -> Target:
        """Return where a model of a provider is to be asked. Raises `WrongKey` where there is no key for it."""
        target = await self._catalogue.target(self._directory.get(model.provider), model.name)
        if target.provider == OPENAI and not target.key:
            raise WrongKey("no key is set for OpenAI", reason="no_key", provider=OPENAI)
        return target

    async def wake(self, model: ModelInfo) -> AsyncGenerator[Waiting | Target]:
        """Yield a `Waiting` for each step until the built-in model runs, then its target.

        It stays until the generator is closed. Raises `BuiltInError`.
        """
        async with AsyncExitStack() as stack:
            opening = asyncio.create_task(stack.enter_async_context(self._builtin.lease()))
            try:
                async for state in _until(opening, self._builtin.changes()):
                    if state.status != "ready":
                        yield Waiting("builtin", _shown(state))
                endpoint = await opening
            finally:
                opening.cancel()
                await asyncio.wait({opening})
            yield Target(model.provider, model.name, endpoint.base_url, endpoint.key, calls_tools=False)


async def _until(task: "asyncio.Task[Endpoint]", states: AsyncIterator[BuiltInState]) -> AsyncGenerator[BuiltInState]:
    """Yield states until the task is done."""
    while not task.done():
        news = asyncio.ensure_future(anext(states))
        try:
            await asyncio.wait({task, news}, return_when=asyncio.FIRST_COMPLETED)
            if news.done() and not task.done():
                yield news.result()
        finally:
            news.cancel()
            await asyncio.wait({news})


def _shown(state: BuiltInState) -> dict[str, object]:
    return {"status": state.status, "progress_bytes": state.progress_bytes, "total_bytes": state.total_bytes}
