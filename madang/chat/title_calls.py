"""Titles written by a model, where the person lets it: after the first answer, once, in the ledger like any call."""

import asyncio
from contextlib import aclosing
from dataclasses import replace

from loguru import logger

from madang.chat.asking import caller_of
from madang.chat.conversations import Conversations
from madang.chat.ground import Ground
from madang.chat.titles import clean_title
from madang.chat.types import Turn
from madang.errors import MadangError
from madang.gateway.messages import Message
from madang.gateway.rules import Choice, Question
from madang.gateway.tokens import estimate_tokens
from madang.gateway.types import ChatRequest, TextDelta

_TASK = (
    "Write a title of at most six words for the conversation that begins with the message below, in its language. "
    "Answer with the title alone, without quotation marks."
)
_EXCERPT = 2_000
_MAX_TOKENS = 40


class TitleCalls:
    """Asks for titles in tasks of its own, so that no answer waits for one."""

    def __init__(self, ground: Ground, conversations: Conversations) -> None:
        self._ground = ground
        self._conversations = conversations
        self._tasks: set[asyncio.Task[None]] = set()

    def consider(self, turn: Turn) -> None:
        """Ask for a title if `turn` is a first one and the person lets a call write titles."""
        if turn.parent_id is None and turn.model and self._ground.preferences.get().title_calls:
            task = asyncio.create_task(self._write(turn, turn.model), name=f"title of {turn.conversation_id}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        """Give up the titles that are being written."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _write(self, turn: Turn, model: str) -> None:
        try:
            if await self._conversations.takes_title(turn.conversation_id) and (title := await self._ask(turn, model)):
                await self._conversations.set_title(turn.conversation_id, title)
        except MadangError as error:
            logger.info("conversation {} keeps its first words as title: {}", turn.conversation_id, error.code)

    async def _choice(self, turn: Turn, model: str, tokens: int) -> Choice:
        """The model of the conversation, or the one that a rule has for titles where nobody chose that one."""
        gateway, caller = self._ground.gateway, caller_of(turn, "title")
        otherwise = await gateway.resolve(model)
        if turn.asked.model or await self._conversations.chosen_model(turn.conversation_id):
            return Choice(otherwise)
        return await gateway.choose(Question("title", len(turn.content), tokens), otherwise, caller)

    async def _ask(self, turn: Turn, model: str) -> str:
        messages = (Message("system", _TASK), Message("user", turn.content[:_EXCERPT]))
        choice = await self._choice(turn, model, estimate_tokens(_TASK + messages[1].text))
        # The small model's titles are worse than the first words.
        if choice.model.is_builtin:
            return ""
        can_wait = choice.model.provider in self._ground.preferences.get().flex_providers
        request = ChatRequest(
            model=choice.model.id,
            messages=messages,
            temperature=0.0,
            max_tokens=_MAX_TOKENS,
            tier="flex" if can_wait else None,
        )
        caller = replace(caller_of(turn, "title"), route=choice.route)
        words: list[str] = []
        async with aclosing(self._ground.gateway.stream(request, caller)) as chunks:
            async for chunk in chunks:
                if isinstance(chunk, TextDelta):
                    words.append(chunk.text)
        return clean_title("".join(words)).strip("\"'“”‘’「」*# .")[:80]
