"""What the end of the process left unfinished gets an honest state, before anything new is taken in."""

from dataclasses import replace

from loguru import logger

from madang.chat.ending import hold, store_end
from madang.chat.events import stream_of
from madang.chat.ground import Ground
from madang.chat.outcome import Outcome, with_outcome
from madang.chat.replay import with_events
from madang.chat.store import turns


async def recover(ground: Ground) -> None:
    """Mark turns that streamed as interrupted, with their text from the journal, and hold those that waited."""
    async with ground.database.write() as tx:
        streaming = [turn for turn in await turns.all_unfinished(tx) if turn.status == "streaming"]
        for turn in streaming:
            events = await ground.journal.stored(tx, stream_of(turn.conversation_id), turn.live_from)
            ended = replace(
                with_outcome(with_events(turn, events), Outcome("interrupted")), finished_at=ground.clock.now()
            )
            await store_end(tx, ground, ended, rest=None, gauge=None, may_go_on=False)
        for turn in await turns.all_unfinished(tx):
            if not turn.held:
                await hold(tx, ground, turn)
    if streaming:
        logger.info("{} answers were interrupted when Madang ended last", len(streaming))
