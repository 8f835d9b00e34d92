"""The table of files that come with questions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from madang.chat.types import Attachment
from madang.db.schema import attachments
from madang.db.transaction import Transaction

_ABOUT = [attachments.c[name] for name in ("id", "name", "media_type", "size_bytes", "kind")]


async def add(tx: Transaction, attachment: Attachment, content: bytes, at: datetime) -> None:
    """Store a file that no question has yet."""
    values = {**attachment.as_json(), "conversation_id": None, "content": content, "created_at": at}
    await tx.execute(insert(attachments).values(values))


async def find(tx: Transaction, attachment_id: str) -> tuple[Attachment, bytes] | None:
    """Return a file with its bytes."""
    statement = select(*_ABOUT, attachments.c.content).where(attachments.c.id == attachment_id)
    row = (await tx.execute(statement)).one_or_none()
    return (_read(row), row.content) if row else None


async def about(tx: Transaction, ids: Sequence[str]) -> dict[str, Attachment]:
    """Return what is known of these files, by id."""
    rows = await tx.execute(select(*_ABOUT).where(attachments.c.id.in_(ids)))
    return {row.id: _read(row) for row in rows}


async def contents(tx: Transaction, ids: Sequence[str]) -> dict[str, bytes]:
    """Return the bytes of these files, by id."""
    statement = select(attachments.c.id, attachments.c.content).where(attachments.c.id.in_(ids))
    return {row.id: row.content for row in await tx.execute(statement)}


async def give_to(tx: Transaction, ids: Sequence[str], conversation_id: str) -> None:
    """Let the files live and go with a conversation."""
    unsent = attachments.c.conversation_id.is_(None)
    await tx.execute(
        update(attachments).where(attachments.c.id.in_(ids), unsent).values(conversation_id=conversation_id)
    )


async def purge_unsent(tx: Transaction, before: datetime) -> None:
    """Remove the files that were never sent."""
    await tx.execute(
        delete(attachments).where(attachments.c.conversation_id.is_(None), attachments.c.created_at < before)
    )


def _read(row: Row[Any]) -> Attachment:
    return Attachment(row.id, row.name, row.media_type, row.size_bytes, row.kind)
