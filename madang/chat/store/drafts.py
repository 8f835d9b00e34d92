"""The table of what is written and not yet sent."""

from datetime import datetime

from sqlalchemy import delete, select

from madang.db.schema import drafts
from madang.db.transaction import Transaction


async def find(tx: Transaction, key: str) -> str:
    """Return the draft of a conversation, or of the key "new"; empty if there is none."""
    statement = select(drafts.c.content).where(drafts.c.conversation_id == key)
    return (await tx.execute(statement)).scalar_one_or_none() or ""


async def save(tx: Transaction, key: str, content: str, at: datetime) -> None:
    """Keep a draft; an empty one is removed."""
    if not content:
        await tx.execute(delete(drafts).where(drafts.c.conversation_id == key))
        return
    values = {"content": content, "updated_at": at}
    statement = tx.insert(drafts).values(conversation_id=key, **values)
    await tx.execute(statement.on_conflict_do_update(index_elements=[drafts.c.conversation_id], set_=values))
