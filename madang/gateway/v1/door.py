"""`/v1`: a plain ASGI application below the web framework, since every token of every program passes here."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType

from madang.clock import Clock
from madang.errors import NotAllowed, NotFound
from madang.gateway.gateway import Gateway
from madang.gateway.types import Caller, RawRequest
from madang.gateway.v1 import asking, models, sound
from madang.gateway.v1.answering import Answering
from madang.gateway.v1.forms import Form, Plain
from madang.gateway.v1.responses.asking import responses_request
from madang.gateway.v1.responses.form import AsResponse
from madang.gateway.vectors import Vectors
from madang.guard.asgi import Receive, Scope, Send, state_of, value
from madang.guard.errors import BodyTooLarge
from madang.principal import Principal
from madang.redact import Redactor

_READERS: dict[str, Callable[[bytes, asking.CacheWish], RawRequest]] = {
    "/v1/chat/completions": asking.chat_request,
    "/v1/embeddings": asking.embeddings_request,
}

_UNWATCHED_SECONDS = 0.01


class Door:
    """Takes requests whose sender is known. Each needs the scope `chat`."""

    def __init__(self, gateway: Gateway, vectors: Vectors, redactor: Redactor, clock: Clock) -> None:
        self._gateway = gateway
        self._vectors = vectors
        self._clock = clock
        self._redactor = redactor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answering = Answering(send, self._redactor, scope["path"])
        try:
            principal = _known(scope)
            body = await _body(receive, sound.MOST_BYTES.get(scope["path"]))
            async with _WhileThere(receive, answering):
                await self._answer(scope, body, principal, answering)
        except Exception as error:  # noqa: BLE001 - the server behind has no shape for what nobody foresaw
            await answering.refuse(error)

    async def _answer(self, scope: Scope, body: bytes, principal: Principal, answering: Answering) -> None:
        match scope["method"], scope["path"]:
            case "POST", path if read := _READERS.get(path):
                request = read(body, _wish(scope, principal))
                await self._relay(request, Plain(request), principal, answering)
            case "POST", path if endpoint := sound.ENDPOINTS.get(path):
                request = sound.request_of(endpoint, value(scope, b"content-type"), body, _wish(scope, principal))
                await sound.require_sound(self._gateway, request.model)
                await self._relay(request, sound.AsSound(), principal, answering)
            case "POST", "/v1/responses":
                asked = asking.parsed(body)
                form = AsResponse(asked, self._clock)
                await self._relay(responses_request(asked, _wish(scope, principal)), form, principal, answering)
            case "GET", "/v1/models":
                await answering.json(await models.listed(self._gateway, self._vectors, principal.models))
            case "GET", path if path.startswith("/v1/models/"):
                name = path.removeprefix("/v1/models/")
                await answering.json(await models.one(self._gateway, self._vectors, name, principal.models))
            case _:
                raise NotFound(f"there is nothing for {scope['method']} at this address")

    async def _relay(self, request: RawRequest, form: Form, principal: Principal, answering: Answering) -> None:
        token_id = principal.id if principal.kind == "token" else None
        caller = Caller("api", f"{principal.kind}:{principal.id}", token_id=token_id, models=principal.models)
        if request.answers and request.model in {"", asking.AUTO}:
            otherwise = await self._gateway.default_model()
            choice = await self._gateway.choose(asking.question_of(request), otherwise, caller)
            request, caller = replace(request, model=choice.model.id), replace(caller, route=choice.route)
        door = self._vectors if self._vectors.means(request) else self._gateway
        await answering.write(request, form, door.stream(request, caller))


def _wish(scope: Scope, principal: Principal) -> asking.CacheWish:
    return asking.cache_wish(value(scope, b"x-madang-cache"), principal.keeps_answers)


def _known(scope: Scope) -> Principal:
    principal: Principal = state_of(scope)["principal"]
    if not principal.allows("chat"):
        raise NotAllowed("this needs the scope chat", needs="chat")
    return principal


async def _body(receive: Receive, most_bytes: int | None) -> bytes:
    """Return the whole body; the gates in front have bounded it, and some addresses take less.

    What is too large is read to its end all the same, and not held: many a client hears nothing before. Raises
    `BodyTooLarge`.
    """
    message = await receive()
    if not message.get("more_body"):
        return bytes(message.get("body", b""))
    body = bytearray(message.get("body", b""))
    size = len(body)
    while message.get("more_body"):
        message = await receive()
        piece = message.get("body", b"")
        size += len(piece)
        if most_bytes is None or size <= most_bytes:
            body += piece
        else:
            body.clear()
    if most_bytes is not None and size > most_bytes:
        raise BodyTooLarge("the form is too large", limit_bytes=most_bytes)
    return bytes(body)


class _WhileThere:
    """Breaks off what is done inside once the client has left: nobody pays for an answer that nobody reads.

    A call that is quicker than a person could leave is not watched: most that are answered from what is kept.
    """

    def __init__(self, receive: Receive, answering: Answering) -> None:
        self._receive = receive
        self._answering = answering
        self._has_left = False
        self._task: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None

    async def __aenter__(self) -> None:
        self._task = asyncio.current_task()
        self._timer = asyncio.get_running_loop().call_later(_UNWATCHED_SECONDS, self._begin)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        self._timer.cancel()
        if self._watching:
            self._watching.cancel()
        if not self._has_left or not isinstance(error, asyncio.CancelledError):
            return False
        return not self._task or self._task.uncancel() == 0

    def _begin(self) -> None:
        self._watching = asyncio.create_task(self._watch(), name="client of /v1")

    async def _watch(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        # The server says the same once the whole answer is sent.
        if self._task and not self._answering.is_whole:
            self._has_left = True
            self._task.cancel()
