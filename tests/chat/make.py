"""Makes conversations and turns whose details do not matter."""

from datetime import UTC, datetime
from typing import Any

from madang.chat.types import Attachment, Conversation, Turn

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def make_turn(turn_id: str = "t1", **changes: Any) -> Turn:
    values: dict[str, Any] = {
        "id": turn_id,
        "conversation_id": "c1",
        "parent_id": None,
        "content": f"question {turn_id}",
        "answer": f"answer {turn_id}",
        "status": "done",
        "finish_reason": "stop",
        "created_at": AT,
    }
    return Turn(**(values | changes))


def make_conversation(**changes: Any) -> Conversation:
    values: dict[str, Any] = {
        "id": "c1",
        "title": "제목",
        "title_source": "first_words",
        "created_at": AT,
        "updated_at": AT,
    }
    return Conversation(**(values | changes))


def make_attachment(attachment_id: str = "a1", **changes: Any) -> Attachment:
    values = {"name": "notes.txt", "media_type": "text/plain; charset=utf-8", "size_bytes": 5, "kind": "text"}
    return Attachment(attachment_id, **(values | changes))


def chain(*ids: str, **changes: Any) -> list[Turn]:
    parents = (None, *ids[:-1])
    return [make_turn(one, parent_id=parent, **changes) for one, parent in zip(ids, parents, strict=True)]
