"""From a turn to what is sent: its branch, its files, and the options from turn to preferences."""

import asyncio
from dataclasses import dataclass, replace
from functools import partial

from madang.chat.context import Context, Reader, build_context, question_of
from madang.chat.ground import Ground
from madang.chat.store import attachments, conversations, turns
from madang.chat.types import Conversation, Gauge, Options, Turn
from madang.db.transaction import Transaction
from madang.errors import NotFound
from madang.gateway.embedded.prompts import language_of, small_model_prompt
from madang.gateway.types import CacheMode, Caller, ChatRequest, Feature, ModelInfo
from madang.preferences.types import PreferenceValues


@dataclass(frozen=True, slots=True)
class Asking:
    """One call: what is sent, who asks, and how full it makes the context."""

    request: ChatRequest
    caller: Caller
    gauge: Gauge


class Asker:
    """Puts together what a turn sends."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def prepare(self, turn: Turn) -> Asking:
        """Return the call that answers `turn`, or goes on with an answer that has begun. Raises `UnknownModel`."""
        conversation, path, files = await self._ground.database.run_read(partial(_stored, turn=turn))
        values = self._ground.preferences.get()
        options = turn.asked.over(conversation.options).over(defaults(values))
        caller = caller_of(turn, "chat")
        model = await self._ground.gateway.resolve(turn.model)
        if options.model is None and not turn.answer and values.routes:
            question = await asyncio.to_thread(question_of, path, files, options.system_prompt)
            choice = await self._ground.gateway.choose(question, model, caller)
            model, caller = choice.model, replace(caller, route=choice.route)
        build = partial(
            build_context,
            path,
            files,
            Reader(model.sees_images, model.context_tokens),
            system_prompt=options.system_prompt or _small_prompt(model, turn),
            max_tokens=options.max_tokens,
            trim_tokens=values.trim_tokens,
            is_going_on=bool(turn.answer),
        )
        # Pictures of some megabytes take a moment to encode, in which nobody else should have to wait.
        context = await asyncio.to_thread(build) if files else build()
        request = _request(model, options, context, turn.cache_asked)
        if options.similar and _asks_with_words_alone(turn):
            request = replace(request, similar=True)
        return Asking(request, replace(caller, trim=context.trim), context.gauge)


def caller_of(turn: Turn, feature: Feature) -> Caller:
    """Return who asks for a turn: a person, or the program with this token."""
    kind, _, id = turn.actor.partition(":")
    return Caller(feature, turn.actor, turn.conversation_id, turn.id, id if kind == "token" else None)


async def _stored(tx: Transaction, turn: Turn) -> tuple[Conversation, list[Turn], dict[str, bytes]]:
    """The conversation, the branch that ends at `turn`, and the bytes of its files."""
    conversation = await conversations.find(tx, turn.conversation_id)
    if conversation is None:
        raise NotFound("the conversation is gone", conversation_id=turn.conversation_id)
    path = [*(await turns.path_to(tx, turn.parent_id) if turn.parent_id else []), turn]
    ids = [one.id for on_path in path for one in on_path.attachments]
    return conversation, path, await attachments.contents(tx, ids) if ids else {}


def defaults(values: PreferenceValues) -> Options:
    """Return the options that hold where neither turn nor conversation says otherwise."""
    return Options(
        temperature=values.temperature,
        top_p=values.top_p,
        max_tokens=values.max_tokens,
        reasoning_effort=values.reasoning_effort,
        system_prompt=values.system_prompt,
        similar=values.similar_enabled,
    )


def _request(model: ModelInfo, options: Options, context: Context, cache: CacheMode) -> ChatRequest:
    return ChatRequest(
        model=model.id,
        messages=context.messages,
        temperature=options.temperature,
        top_p=options.top_p,
        max_tokens=options.max_tokens,
        seed=options.seed,
        reasoning_effort=options.reasoning_effort if model.reasons else None,
        cache=cache,
    )


def _asks_with_words_alone(turn: Turn) -> bool:
    """Say whether the question is what the person wrote: no file came with it, and no answer is gone on with."""
    return not turn.attachments and not turn.answer


def _small_prompt(model: ModelInfo, turn: Turn) -> str | None:
    # The prompt names the language to answer in, so it follows the question and not the page.
    return small_model_prompt(language_of(turn.content)) if model.is_builtin else None
