"""A conversation as a file: Markdown to read, JSON to keep."""

from collections.abc import Sequence
from typing import Literal

from madang.chat.types import Conversation, Json, Turn

Format = Literal["markdown", "json"]
_VERSION = 1


def as_markdown(conversation: Conversation, path: Sequence[Turn]) -> str:
    """Return the branch that is shown, question by question, each answer with its receipt."""
    head = f"# {conversation.title or conversation.id}\n\n{conversation.created_at:%Y-%m-%d %H:%M} UTC\n"
    return "\n".join([head, *(_turn(turn) for turn in path)])


def as_document(conversation: Conversation, turns: Sequence[Turn]) -> Json:
    """Return everything: the options, all branches, all receipts."""
    return {
        "format": "madang.conversation",
        "version": _VERSION,
        "conversation": conversation.as_json(),
        "turns": [turn.as_json() for turn in turns],
    }


def file_name(conversation: Conversation, kind: Format) -> str:
    """Return a name for the file that every system takes, such as `대화 제목.md`."""
    kept = "".join(one if one.isalnum() or one in " -_()." else " " for one in conversation.title)
    stem = " ".join(kept.split())[:80].strip(". ") or conversation.id
    return f"{stem}.{'md' if kind == 'markdown' else 'json'}"


def _turn(turn: Turn) -> str:
    files = "".join(f"- `{one.name.replace('`', '')}` ({one.media_type})\n" for one in turn.attachments)
    question = "\n".join(f"> {line}".rstrip() for line in turn.content.splitlines())
    parts = [question, files, turn.answer, _notes(turn)]
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n\n---\n"


def _notes(turn: Turn) -> str:
    """The small line under an answer: its state where it is not whole, the model, tokens, cost, the day."""
    notes = [turn.status] if turn.status != "done" or turn.finish_reason == "stop" else [f"done: {turn.finish_reason}"]
    notes = [] if notes == ["done"] else notes
    notes += [turn.error["code"]] if turn.error else []
    notes += [f"`{turn.model}`"] if turn.model else []
    notes += _receipt(turn.receipt or {})
    notes += [f"{turn.created_at:%Y-%m-%d %H:%M} UTC"]
    return f"*{' · '.join(notes)}*"


def _receipt(receipt: Json) -> list[str]:
    tokens = (receipt.get("prompt_tokens"), receipt.get("completion_tokens"))
    notes = [f"{tokens[0]} → {tokens[1]} tokens"] if None not in tokens else []
    if receipt.get("cache") == "hit":
        notes.append("kept answer")
    if receipt.get("cache") == "similar":
        notes.append("kept answer to a similar question")
    cost = receipt.get("cost_microusd")
    if receipt and not receipt.get("is_free"):
        at_most = "at most " if receipt.get("is_at_most") else ""
        notes.append("cost unknown" if cost is None else f"{at_most}${cost / 1_000_000:.6f}")
    return notes
