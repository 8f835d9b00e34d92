"""Questions of conversations whose model was left open, with what their calls took."""

from typing import Any

from sqlalchemy import select

from madang.db.schema import calls, conversations, turns
from madang.db.transaction import Transaction
from madang.gateway.rules import CODE_MARK, Question
from madang.gateway.types import Usage
from madang.usage.store.which import SENT
from madang.usage.types import PastQuestion

# Among so many there are enough whose model nobody chose, unless somebody nearly always chooses.
_LOOKED_AT = 5


async def newest(tx: Transaction, count: int) -> list[PastQuestion]:
    """Return at most `count` questions that were sent, answered and counted, the newest first."""
    columns = (turns.c.content, turns.c.attachments, turns.c.options, conversations.c.options.label("general"))
    answered = (SENT, calls.c.feature == "chat", calls.c.status == "done", calls.c.prompt_tokens.is_not(None))
    statement = (
        select(calls, *columns)
        .join(turns, turns.c.id == calls.c.turn_id)
        .join(conversations, conversations.c.id == turns.c.conversation_id)
        .where(*answered)
        .order_by(calls.c.id.desc())
        .limit(count * _LOOKED_AT)
    )
    rows = (await tx.execute(statement)).all()
    return [_read(row) for row in rows if not _chosen(row.options) and not _chosen(row.general)][:count]


def _chosen(options: Any) -> str | None:
    return options.get("model") if isinstance(options, dict) else None


def _read(row: Any) -> PastQuestion:
    asked = Question(
        "chat",
        len(row.content),
        row.prompt_tokens,
        has_files=bool(row.attachments),
        has_images=any(one["kind"] == "image" for one in row.attachments),
        has_code=CODE_MARK in row.content,
    )
    usage = Usage(row.prompt_tokens, row.cached_tokens, row.completion_tokens)
    return PastQuestion(asked, f"{row.provider}/{row.model}", usage, row.cost_microusd)
