"""One door to every model: the kept answer first, then the budget, then the provider, then the bill."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from typing import Any, overload

from madang.clock import Clock
from madang.gateway.bill import Bill
from madang.gateway.books import booked, on_the_books
from madang.gateway.budget import Budget
from madang.gateway.canonical import key_of
from madang.gateway.charging import may_have_cost
from madang.gateway.choosing import may_ask, may_pass_on
from madang.gateway.embedded.errors import BuiltInError
from madang.gateway.entries import Cause
from madang.gateway.errors import (
    ModelNotAllowed,
    NotKept,
    UpstreamError,
)
from madang.gateway.keeping import Keeping
from madang.gateway.ledger import Ledger
from madang.gateway.places import Places
from madang.gateway.prices import Prices
from madang.gateway.registry import Registry
from madang.gateway.routing import Routing
from madang.gateway.rules import Choice, Question
from madang.gateway.semantic.search import Found
from madang.gateway.sharing import Flight, Flights, own_error
from madang.gateway.types import (
    AnyChunk,
    CacheMode,
    CacheOutcome,
    Caller,
    ChatRequest,
    Chunk,
    Finished,
    ModelInfo,
    RawChunk,
    RawRequest,
    Request,
    Waiting,
)
from madang.gateway.upstream import Asked, Ended, Retry, Target, Upstream
from madang.ids import new_id


class Gateway:
    """Answers requests, whoever the model belongs to."""

    def __init__(
        self,
        *,
        registry: Registry,
        routing: Routing,
        places: Places,
        keeping: Keeping,
        budget: Budget,
        upstream: Upstream,
        ledger: Ledger,
        prices: Prices,
        clock: Clock,
    ) -> None:
        self._registry = registry
        self._routing = routing
        self._places = places
        self._keeping = keeping
        self._budget = budget
        self._upstream = upstream
        self._ledger = ledger
        self._prices = prices
        self._clock = clock
        self._flights = Flights()

    @overload
    def stream(self, request: ChatRequest, caller: Caller) -> AsyncGenerator[Chunk]: ...

    @overload
    def stream(self, request: RawRequest, caller: Caller) -> AsyncGenerator[RawChunk]: ...

    async def stream(self, request: Request, caller: Caller) -> AsyncGenerator[Any]:
        """Yield the answer: `Started`, words, `Finished`; a `Waiting` wherever there is nothing to read yet.

        A raw request's answer comes as the provider's own bytes instead of words.

        Where a model fails before its first word and the person named others, those are asked in turn, each with a
        `Started` of its own. Closing the generator closes the connection, and the ledger has it as cancelled.
        Raises `GatewayError` with its `receipt`; `BudgetReached` and `PriceUnknown` before anything is sent.
        """
        model = await self._registry.resolve(request.model or None)
        if not may_ask(caller, model):
            raise ModelNotAllowed("this token may not ask this model", model=model.id)
        waiting: list[ModelInfo] | None = None
        while True:
            try:
                async with aclosing(self._answer(model, request, caller)) as chunks:
                    async for chunk in chunks:
                        yield chunk
                return
            except (UpstreamError, BuiltInError) as error:
                if waiting is None:
                    others = await self._registry.stand_ins(model) if may_pass_on(request, error) else []
                    waiting = [other for other in others if may_ask(caller, other)]
                if not waiting or not may_pass_on(request, error):
                    raise
                model = waiting.pop(0)

    async def models(self) -> list[ModelInfo]:
        """Return every model that can be chosen."""
        return await self._registry.models()

    async def default_model(self) -> ModelInfo:
        """Return the model that answers when none is named. Raises `NoModel`."""
        return await self._registry.default_model()

    async def resolve(self, model: str | None) -> ModelInfo:
        """Return the model a name means. Raises `UnknownModel`, and `NoModel` where none is named and there is none."""
        return await self._registry.resolve(model)

    async def choose(self, question: Question, otherwise: ModelInfo, caller: Caller) -> Choice:
        """Return the model that the person's rules send a question to, and `otherwise` where none of them does."""
        return await self._routing.choose(question, otherwise, caller.models)

    async def lost(self, model: str, caller: Caller, began: datetime) -> None:
        """Enter a call that was under way when its process ended, unless the ledger has it.

        `began` is a moment after which the call was made. What it took nobody counted; a free model costs nothing.
        """
        is_free = any(known.is_free for known in await self._registry.models() if known.id == model)
        provider, _, name = model.partition("/")
        await self._ledger.lost(Cause(new_id(), caller, provider, name), began, 0 if is_free else None)

    def _answer(self, model: ModelInfo, request: Request, caller: Caller) -> AsyncGenerator[AnyChunk]:
        if request.model != model.id:
            request = replace(request, model=model.id)
        # The provider as it is now: it may be changed or removed while it answers.
        provider = self._registry.provider_of(model)
        key = key_of(request, provider, model.name)
        mode = self._keeping.mode(request.cache, key)
        outcome: CacheOutcome = "off" if mode == "off" else "miss"
        bill = Bill(
            model,
            caller,
            self._clock,
            provider=provider,
            cache=outcome,
            key=key,
            is_raw=isinstance(request, RawRequest),
            tier=request.tier,
        )
        self._keeping.begin(bill, request, caller, mode, self.stream)
        # Each generator that only hands on would take its time for every piece of every answer.
        if mode == "auto":
            return self._saving(bill, request)
        return self._kept(bill) if mode == "only" else self._call(bill, request, mode)

    async def _kept(self, bill: Bill) -> AsyncGenerator[AnyChunk]:
        """Answer from what is kept or not at all."""
        async with on_the_books(bill, self._ledger):
            kept = await self._keeping.find(bill.key)
            if not kept:
                raise NotKept("there is no kept answer to this", model=bill.model.id)
            for chunk in bill.replay(kept):
                yield chunk

    async def _saving(self, bill: Bill, request: Request) -> AsyncGenerator[AnyChunk]:
        """Answer from what is kept, else together with whoever asks the same now, else by a call others may join."""
        has_begun = False
        try:
            found = None if self._flights.find(bill.key) else await self._look(bill)
            while not has_begun:
                if found:
                    chunks = self._replay(bill, found)
                elif flight := self._flights.find(bill.key):
                    chunks = self._follow(bill, flight)
                else:
                    chunks = self._lead(bill, request)
                async with aclosing(chunks):
                    async for chunk in chunks:
                        has_begun = True
                        yield chunk
        finally:
            # The call goes on the books when it ends; whoever leaves before that hears what it took so far.
            bill.tell()

    async def _look(self, bill: Bill) -> Found | None:
        """Return a kept answer, to this question or a similar one.

        One that a call left meanwhile may have come too late for the first look.
        """
        while True:
            with self._flights.looking(bill.key) as look:
                kept = await self._keeping.find(bill.key)
                is_known = kept or self._flights.find(bill.key)
                found = Found(kept) if kept else None if is_known else await self._keeping.find_similar(bill)
            if found or not look.was_overtaken or self._flights.find(bill.key):
                return found

    async def _replay(self, bill: Bill, found: Found) -> AsyncGenerator[AnyChunk]:
        async with on_the_books(bill, self._ledger):
            for chunk in bill.replay(found.kept, found.likeness):
                yield chunk

    async def _lead(self, bill: Bill, request: Request) -> AsyncGenerator[AnyChunk]:
        """Make the call, in a task of its own: it is not this caller's alone."""
        flight = self._flights.begin(bill.key, self._call(bill, request, "auto"), bill.said)
        async with flight.listener() as mailbox:
            while chunk := await mailbox.take():
                yield chunk
            flight.result()

    async def _follow(self, bill: Bill, flight: Flight) -> AsyncGenerator[AnyChunk]:
        """Hear a call that somebody else began; yield nothing where it did not come to be.

        What keeps a call from being begun, such as a cap, concerns the one who wanted to begin it.
        """
        async with flight.listener() as mailbox:
            if not await mailbox.take():
                return
            bill.cache = "shared"
            async with on_the_books(bill, self._ledger):
                yield bill.started()
                while chunk := await mailbox.take():
                    yield bill.shared(chunk)
                with own_error():
                    flight.result()

    async def _call(self, bill: Bill, request: Request, mode: CacheMode) -> AsyncGenerator[AnyChunk]:
        """Reserve, ask the provider, settle, and write it down."""
        async with on_the_books(bill, self._ledger):
            request = await self._reserved(bill, request)
            yield bill.started()
            pieces = self._wake(bill, request) if bill.model.is_builtin else self._relay(bill, None, request)
            async with aclosing(pieces):
                async for piece in pieces:
                    yield await self._end(bill, piece, mode) if isinstance(piece, Ended) else piece

    async def _wake(self, bill: Bill, request: Request) -> AsyncGenerator[AnyChunk | Ended]:
        """Wait until the built-in model runs, and relay what it says."""
        async with aclosing(self._places.wake(bill.model)) as steps:
            async for step in steps:
                if isinstance(step, Waiting):
                    yield step
                    continue
                async with aclosing(self._relay(bill, step, request)) as pieces:
                    async for piece in pieces:
                        yield piece

    async def _relay(self, bill: Bill, target: Target | None, request: Request) -> AsyncGenerator[AnyChunk | Ended]:
        target = target or await self._places.target(bill.model)
        async with aclosing(self._upstream.stream(target, request)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Retry):
                    await self._reserve_again(bill, piece)
                if not isinstance(piece, Ended):
                    bill.saw(piece)
                if not isinstance(piece, Asked):
                    yield piece

    async def _reserved(self, bill: Bill, request: Request) -> Request:
        """Return the request with the limit that the caps allow; the same one where none applies."""
        if bill.model.is_free or not self._budget.binds(bill.cause):
            return request
        bill.tariff = await self._prices.tariff(bill.provider, bill.model.name, bill.tier)
        bill.is_reserving = bill.tariff is not None
        bill.quote = await self._budget.reserve(bill.cause, request, bill.tariff)
        if bill.quote is None:
            return request
        bill.capped_at_tokens = bill.quote.max_tokens if request.max_tokens is None else None
        return replace(request, max_tokens=bill.quote.max_tokens)

    async def _reserve_again(self, bill: Bill, retry: Retry) -> None:
        """Reserve as much again where a failed attempt may be charged. Raises its error where the cap forbids that."""
        if bill.quote and may_have_cost(retry.error) and not await self._budget.reserve_again(bill.id, bill.quote):
            raise retry.error

    async def _end(self, bill: Bill, end: Ended, mode: CacheMode) -> Finished:
        """Settle a whole answer, and keep it where it may be kept."""
        if bill.tariff is None:
            bill.tariff = await self._prices.tariff(bill.provider, bill.model.name, bill.tier)
        bill.instead = await self._routing.instead_tariff(bill.route)
        finished = bill.ended(end)
        await booked(bill, self._ledger)
        if mode != "off":
            self._keeping.keep(bill)
        return finished
