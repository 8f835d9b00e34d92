"""Asking a provider and seeing what comes back: the words, the end, the error."""

from contextlib import aclosing
from dataclasses import dataclass, field, replace

from madang.clock import Clock
from madang.gateway.errors import UpstreamError
from madang.gateway.fake_upstream import FakeUpstream, Turn
from madang.gateway.messages import Message
from madang.gateway.types import ChatRequest, ReasoningDelta, TextDelta, Waiting
from madang.gateway.upstream import Ended, Limits, Target, Upstream
from madang.redact import Redactor

SHORT = Limits(
    connect=5,
    first_byte=10,
    local_first_byte=10,
    gap=10,
    total=60,
    after_finish=0.2,
    backoff=0.01,
    longest_backoff=0.02,
    stream_bytes=6 * 2**20,
    vector=60,
)


@dataclass
class Seen:
    """What one stream gave."""

    text: str = ""
    reasoning: str = ""
    waits: list[Waiting] = field(default_factory=list)
    ended: Ended | None = None
    error: UpstreamError | None = None

    @property
    def code(self) -> str | None:
        return self.error.code if self.error else None


def question(text: str = "안녕", **options: object) -> ChatRequest:
    return replace(ChatRequest("fake/fake-model", (Message("user", text),)), **options)


def target_of(fake: FakeUpstream, key: str | None = None) -> Target:
    return Target("fake", "fake-model", fake.base_url, key)


async def ask(client: Upstream, target: Target, request: ChatRequest | None = None) -> Seen:
    seen = Seen()
    try:
        async with aclosing(client.stream(target, request or question())) as pieces:
            async for piece in pieces:
                match piece:
                    case TextDelta(text):
                        seen.text += text
                    case ReasoningDelta(text):
                        seen.reasoning += text
                    case Waiting():
                        seen.waits.append(piece)
                    case Ended():
                        seen.ended = piece
    except UpstreamError as error:
        seen.error = error
    return seen


async def ask_scripted(client: Upstream, *turns: Turn, request: ChatRequest | None = None) -> tuple[Seen, FakeUpstream]:
    async with FakeUpstream(*turns) as fake:
        return await ask(client, target_of(fake), request), fake


def client_with(**changes: object) -> Upstream:
    return Upstream(replace(SHORT, **changes), Clock(), Redactor())
