"""An answer on its way into the journal: the first words at once, the rest gathered for a moment each."""

import asyncio
from contextlib import suppress

from loguru import logger

from madang.chat.events import DELTA, stream_of
from madang.chat.types import Json, Turn
from madang.db.errors import LeaseLost
from madang.errors import MadangError
from madang.live.journal import Journal

GATHER_SECONDS = 0.05
"""With the commit on top, no word is older than 100 ms before it is safe from the end of the process."""
_MOST_BEHIND = 256 * 1024
"""Characters that may wait to be written before the provider has to; a model writes some hundred a second."""


class AnswerWriter:
    """Takes what the model says for one turn. Works between `start()` and `close()`."""

    def __init__(self, journal: Journal, turn: Turn) -> None:
        self._journal = journal
        self._turn = turn
        self._written_text, self._text = [turn.answer], list[str]()
        self._written_reasoning, self._reasoning = [turn.reasoning], list[str]()
        self._offset = _units(turn.answer)
        self._notes: list[tuple[str, Json]] = []
        self._news, self._closed, self._wrote = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._behind = 0
        self._rest: Json | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def text(self) -> str:
        """The whole answer so far."""
        return "".join((*self._written_text, *self._text))

    @property
    def reasoning(self) -> str:
        """The whole reasoning so far."""
        return "".join((*self._written_reasoning, *self._reasoning))

    def start(self) -> None:
        """Begin to write."""
        self._task = asyncio.create_task(self._write_on())

    async def close(self) -> None:
        """Finish what is being written. What came after that is in `rest()`."""
        self._closed.set()
        self._news.set()
        if self._task:
            await self._task
        self._rest = self._delta()
        # An answer of some megabytes is asked for several times at its end.
        self._written_text, self._text = [self.text], []
        self._written_reasoning, self._reasoning = [self.reasoning], []

    def add_text(self, text: str) -> None:
        """Take the next words of the answer."""
        self._text.append(text)
        self._behind += len(text)
        self._news.set()

    def add_reasoning(self, text: str) -> None:
        """Take the next words of the reasoning."""
        self._reasoning.append(text)
        self._behind += len(text)
        self._news.set()

    async def keep_up(self) -> None:
        """Wait for the next writing where much has come since the last; one that fails holds nobody up."""
        if self._behind > _MOST_BEHIND and self._task and not self._task.done():
            self._wrote.clear()
            await self._wrote.wait()

    def note(self, kind: str, data: Json) -> None:
        """Take an event that stands before the words to come."""
        self._notes.append((kind, {"turn_id": self._turn.id, **data}))
        self._news.set()

    def rest(self) -> Json | None:
        """Return the delta that is not in the journal yet, for the transaction that ends the turn."""
        return self._rest

    async def _write_on(self) -> None:
        while not self._closed.is_set():
            await self._news.wait()
            self._news.clear()
            if self._closed.is_set():
                return
            try:
                await self._write()
            except LeaseLost:
                return
            except MadangError as error:
                # The words stay in memory and are tried again with the next ones and at the end.
                logger.warning("turn {}: words are not in the journal yet: {}", self._turn.id, error.message)
            finally:
                self._behind = 0
                self._wrote.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closed.wait(), GATHER_SECONDS)

    async def _write(self) -> None:
        """Append what is there; given to the journal in one go, it takes one commit."""
        notes, texts, reasonings = len(self._notes), len(self._text), len(self._reasoning)
        delta = self._delta()
        news = [*self._notes, *([(DELTA, delta)] if delta else [])]
        stream = stream_of(self._turn.conversation_id)
        process = self._turn.process
        await asyncio.gather(*(self._journal.append(stream, kind, data, process) for kind, data in news))
        if delta:
            self._offset += _units(delta["text"])
            # In one piece each: a million letters take many times the room of their text.
            self._written_text.append(delta["text"])
            self._written_reasoning.append(delta.get("reasoning", ""))
        del self._notes[:notes], self._text[:texts], self._reasoning[:reasonings]

    def _delta(self) -> Json | None:
        if not self._text and not self._reasoning:
            return None
        delta: Json = {"turn_id": self._turn.id, "text": "".join(self._text), "offset": self._offset}
        return delta | ({"reasoning": "".join(self._reasoning)} if self._reasoning else {})


def _units(text: str) -> int:
    """The length that browsers count: UTF-16 units, two for what lies beyond the first plane."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
