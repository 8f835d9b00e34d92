"""What a conversation needs of the gateway."""

from collections.abc import AsyncGenerator
from datetime import datetime
from typing import Protocol

from madang.gateway.rules import Choice, Question
from madang.gateway.types import Caller, ChatRequest, Chunk, ModelInfo


class Door(Protocol):
    """The one door to every model."""

    def stream(self, request: ChatRequest, caller: Caller) -> AsyncGenerator[Chunk, None]:
        """Yield the answer chunk by chunk. Raises `GatewayError`."""
        ...

    async def lost(self, model: str, caller: Caller, began: datetime) -> None:
        """Enter a call that was under way when its process ended, unless the ledger has it."""
        ...

    async def choose(self, question: Question, otherwise: ModelInfo, caller: Caller) -> Choice:
        """Return the model that the person's rules send a question to, and `otherwise` where none of them does."""
        ...

    async def resolve(self, model: str | None) -> ModelInfo:
        """Return the model of that name, or the default one. Raises `UnknownModel` and `NoModel`."""
        ...
