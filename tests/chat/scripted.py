"""A door with no models behind it: it says what the test tells it to, chunk by chunk, when the test lets it."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime

from madang.gateway.errors import UnknownModel
from madang.gateway.rules import Choice, Question
from madang.gateway.types import Caller, ChatRequest, Chunk, Finished, ModelInfo, Receipt, Started, TextDelta

MODEL = ModelInfo("fake/one", "one", "fake", "Fake", is_local=True, is_free=True, context_tokens=8_000)


class Gate:
    """A place in a script where the answer waits until the test opens it."""

    def __init__(self) -> None:
        self.reached, self.opened = asyncio.Event(), asyncio.Event()


Step = Chunk | BaseException | Gate


def receipt(**changes: object) -> Receipt:
    values: dict[str, object] = {
        "call_id": "call",
        "model": MODEL.id,
        "provider": "fake",
        "cache": "miss",
        "is_free": True,
        "latency_ms": 5,
        "ttft_ms": 1,
        "prompt_tokens": 10,
        "completion_tokens": 2,
        "cost_microusd": 0,
    }
    return Receipt(**(values | changes))  # type: ignore[arg-type]


def saying(*words: str, finish_reason: str = "stop") -> list[Step]:
    """A whole answer of these words."""
    end = Finished(finish_reason, receipt())  # type: ignore[arg-type]
    return [Started(MODEL.id, "fake", "miss", is_builtin=False), *(TextDelta(word) for word in words), end]


def broken(*words: str, error: BaseException) -> list[Step]:
    """An answer that breaks off."""
    return [*saying(*words)[:-1], error]


class ScriptedDoor:
    """Answers each call with the next script, and with "ok" when there is none."""

    def __init__(self) -> None:
        self.scripts: list[list[Step]] = []
        self.requests: list[ChatRequest] = []
        self.callers: list[Caller] = []
        self.models = {MODEL.id: MODEL}
        self.questions: list[Question] = []
        self.choice: Choice | None = None
        self.closed = 0
        self.lost_calls: list[tuple[str, str | None]] = []

    def say(self, *scripts: list[Step]) -> None:
        self.scripts += scripts

    async def lost(self, model: str, caller: Caller, began: datetime) -> None:
        self.lost_calls.append((model, caller.turn_id))

    async def stream(self, request: ChatRequest, caller: Caller) -> AsyncGenerator[Chunk, None]:
        self.requests.append(request)
        self.callers.append(caller)
        steps = self.scripts.pop(0) if self.scripts else saying("ok")
        try:
            for step in steps:
                if isinstance(step, BaseException):
                    raise step
                if isinstance(step, Gate):
                    step.reached.set()
                    await step.opened.wait()
                else:
                    yield step
        finally:
            self.closed += 1

    async def choose(self, question: Question, otherwise: ModelInfo, caller: Caller) -> Choice:
        self.questions.append(question)
        return self.choice or Choice(otherwise)

    async def resolve(self, model: str | None) -> ModelInfo:
        if model is None:
            return next(iter(self.models.values()))
        if model not in self.models:
            raise UnknownModel(f"no provider has {model!r}", model=model)
        return self.models[model]
