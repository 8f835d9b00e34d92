"""Conversations too long to be talked through: stored at once, as if they had been."""

from datetime import UTC, datetime
from pathlib import Path

from madang.chat.store import conversations, turns
from madang.chat.types import Conversation, Turn
from madang.db.database import Database
from madang.db.transaction import Transaction
from madang.ids import new_id


async def store_long_conversation(path: Path, count: int) -> str:
    """Store one of `count` questions and answers in the SQLite file of a Madang that is closed; return its id."""
    at, ids = datetime.now(UTC), sorted(new_id() for _ in range(count))
    conversation = Conversation(new_id(), "A long one", "person", at, at, active_turn_id=ids[-1])

    async def fill(tx: Transaction) -> None:
        await conversations.add(tx, conversation)
        for number, (one, parent) in enumerate(zip(ids, [None, *ids], strict=False)):
            content, answer = f"Question {number}?", f"The answer to question {number} is **{number * 7}**.\n\n" * 4
            turn = Turn(one, conversation.id, parent, content, "done", at, answer=answer, finish_reason="stop")
            await turns.add(tx, turn)

    database = Database.open(path)
    await database.start()
    try:
        await database.run_write(fill)
    finally:
        await database.stop()
    return conversation.id
