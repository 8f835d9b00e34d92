"""Turns that another process on the same database answers: stopped there, and waited for here."""

import asyncio
from contextlib import aclosing, suppress

from madang.chat.events import ends, stream_of
from madang.chat.ground import Ground
from madang.chat.runner import Runner
from madang.chat.store import turns
from madang.chat.types import Turn
from madang.errors import NotFound, Unavailable
from madang.live.types import RESYNC

TOPIC = "turns.stop"
ASK_AGAIN_SECONDS = 1.0
LONGEST_SECONDS = 30.0


class Elsewhere:
    """Reaches a turn wherever it runs. On SQLite that is always here."""

    def __init__(self, ground: Ground, runner: Runner) -> None:
        self._ground = ground
        self._runner = runner
        self._stopping: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to hear what other processes want stopped."""
        self._ground.database.hear(TOPIC, self._heard)

    async def stop(self) -> None:
        """Let the stops that were asked for come to their end."""
        await asyncio.gather(*self._stopping, return_exceptions=True)

    def is_here(self, turn_id: str) -> bool:
        """Say whether the end of the turn is told in this process."""
        return self._ground.database.is_sqlite or self._runner.is_running(turn_id)

    async def stop_turn(self, turn_id: str) -> None:
        """End a turn as the person wishes, and return when its end is stored. One that does not run is left alone.

        Raises `Unavailable` where the process that answers it is deaf.
        """
        await self._runner.stop_turn(turn_id)
        if self._ground.database.is_sqlite:
            return
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                await self._have_stopped(turn_id)
        except TimeoutError:
            raise Unavailable("the process that answers this turn does not stop it", turn_id=turn_id) from None

    async def end_of(self, turn_id: str) -> Turn:
        """Return the turn when it has ended, or waits for a person. Raises `NotFound` when it is taken back."""
        database, journal = self._ground.database, self._ground.journal
        while True:
            async with database.read() as tx:
                turn = await turns.find(tx, turn_id)
                if turn is None:
                    raise NotFound("there is no such turn", kind="turn", turn_id=turn_id)
                number = await journal.last_number(stream_of(turn.conversation_id), tx)
            if turn.has_ended or turn.held:
                return turn
            await self._news_of(turn, number)

    async def _news_of(self, turn: Turn, number: int) -> None:
        """Wait until the journal tells of the turn's end after `number`, or has to be looked at anew."""
        async with aclosing(self._ground.journal.follow(stream_of(turn.conversation_id), number)) as events:
            async for event in events:
                if event.kind == RESYNC or ends(event, turn.id):
                    return
        raise Unavailable("Madang is closing")

    async def _have_stopped(self, turn_id: str) -> None:
        # Said again and again: a process that has just lost its connection hears nothing.
        while await self._is_streaming(turn_id):
            async with self._ground.database.write(durable=False) as tx:
                await tx.tell_others(TOPIC, turn_id)
            with suppress(TimeoutError):
                async with asyncio.timeout(ASK_AGAIN_SECONDS):
                    await self.end_of(turn_id)

    async def _is_streaming(self, turn_id: str) -> bool:
        async with self._ground.database.read() as tx:
            turn = await turns.find(tx, turn_id)
        return turn is not None and turn.status == "streaming"

    def _heard(self, turn_id: str) -> None:
        if self._runner.is_running(turn_id):
            task = asyncio.create_task(self._runner.stop_turn(turn_id), name=f"stop of {turn_id}")
            self._stopping.add(task)
            task.add_done_callback(self._stopping.discard)
