"""What the model reads: the branch up to the question, without its oldest turns where the whole does not fit."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from madang.chat.trimming import first_kept
from madang.chat.types import Attachment, Gauge, Turn
from madang.gateway.messages import ImagePart, Message, Part, TextPart
from madang.gateway.rules import CODE_MARK, Question
from madang.gateway.tokens import IMAGE_TOKENS, MESSAGE_TOKENS, estimate_tokens
from madang.gateway.types import Trim

GO_ON = (
    "Your answer above was cut off. Go on exactly where it stops, in the same language and form. "
    "Repeat nothing and add no introduction."
)
_ANSWER_TOKENS = 1_024
"""Room that is left for the answer where no limit is set, a quarter of a small context at most."""


@dataclass(frozen=True, slots=True)
class Reader:
    """What matters of the model that will read."""

    sees_images: bool
    context_tokens: int | None


@dataclass(frozen=True, slots=True)
class Context:
    """The messages to send, how full they make the context, and what was left out of it."""

    messages: tuple[Message, ...]
    gauge: Gauge
    trim: Trim


def question_of(path: Sequence[Turn], files: Mapping[str, bytes], system_prompt: str | None) -> Question:
    """Return what routing rules look at in the last turn of `path`."""
    blind = Reader(sees_images=False, context_tokens=None)
    messages = [message for turn in path for message in _messages(turn, files, blind, is_last=turn is path[-1])]
    images = sum(one.kind == "image" for turn in path for one in turn.attachments)
    turn = path[-1]
    return Question(
        "chat",
        len(turn.content),
        _cost([Message("system", system_prompt or ""), *messages]) + images * IMAGE_TOKENS,
        has_files=bool(turn.attachments),
        has_images=images > 0,
        has_code=CODE_MARK in turn.content,
    )


def path_to(turns: Mapping[str, Turn], leaf_id: str | None) -> list[Turn]:
    """Return the branch that ends at `leaf_id`, oldest first."""
    path: list[Turn] = []
    while leaf_id is not None and (turn := turns.get(leaf_id)) is not None:
        path.append(turn)
        leaf_id = turn.parent_id
    return path[::-1]


def build_context(
    path: Sequence[Turn],
    files: Mapping[str, bytes],
    reader: Reader,
    *,
    system_prompt: str | None,
    max_tokens: int | None,
    trim_tokens: int | None = None,
    is_going_on: bool = False,
) -> Context:
    """Return what to send so that the last turn of `path` is answered, or with `is_going_on` its answer goes on.

    `files` holds the bytes of the attachments by id. The system prompt and the last turn always stay; the oldest
    others go, whole, until the estimate leaves room for the answer. With `trim_tokens` they also go, in large steps,
    where they come to more than that.
    """
    system = [Message("system", system_prompt)] if system_prompt else []
    turns = [_messages(turn, files, reader, is_last=False) for turn in path[:-1]]
    last = _messages(path[-1], files, reader, is_last=not is_going_on)
    if is_going_on and path[-1].answer:
        last.append(Message("user", GO_ON))
    fitting = _newest_that_fit(turns, _room(reader, max_tokens), _cost(system) + _cost(last))
    first = 0 if trim_tokens is None else first_kept([_cost(turn) for turn in turns], trim_tokens - _cost(system))
    kept = fitting[max(0, first - (len(turns) - len(fitting))) :]
    trim = Trim(len(turns) - len(kept), sum(_cost(turn) for turn in fitting[: len(fitting) - len(kept)]))
    messages = [*system, *(message for turn in kept for message in turn), *last]
    gauge = Gauge(_cost(messages), reader.context_tokens, len(turns) - len(kept))
    return Context(tuple(_joined(messages)), gauge, trim)


def _messages(turn: Turn, files: Mapping[str, bytes], reader: Reader, is_last: bool) -> list[Message]:
    question = Message("user", _content(turn, files, reader))
    return [question] if is_last or not turn.answer else [question, Message("assistant", turn.answer)]


def _content(turn: Turn, files: Mapping[str, bytes], reader: Reader) -> str | tuple[Part, ...]:
    texts = [_as_text(one, files, reader) for one in turn.attachments]
    words = "\n\n".join(text for text in (*texts, turn.content) if text)
    if not reader.sees_images:
        return words
    images = tuple(_as_image(one, files[one.id]) for one in turn.attachments if one.kind == "image" and one.id in files)
    return (*images, TextPart(words)) if images else words


def _as_text(attachment: Attachment, files: Mapping[str, bytes], reader: Reader) -> str:
    """A text file between fences longer than any inside it; of a picture that cannot be seen, its name."""
    if attachment.kind == "image":
        return "" if reader.sees_images else f"[image: {attachment.name}]"
    text = files.get(attachment.id, b"").decode("utf-8", "replace")
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{attachment.name}\n{fence}\n{text}\n{fence}"


def _as_image(attachment: Attachment, data: bytes) -> ImagePart:
    return ImagePart(attachment.media_type, base64.b64encode(data).decode())


def _room(reader: Reader, max_tokens: int | None) -> int | None:
    if reader.context_tokens is None:
        return None
    return reader.context_tokens - (max_tokens or min(_ANSWER_TOKENS, reader.context_tokens // 4))


def _newest_that_fit(turns: list[list[Message]], room: int | None, used: int) -> list[list[Message]]:
    if room is None:
        return turns
    first = len(turns)
    while first > 0 and used + (cost := _cost(turns[first - 1])) <= room:
        used += cost
        first -= 1
    return turns[first:]


def _cost(messages: Sequence[Message]) -> int:
    return sum(MESSAGE_TOKENS + _content_cost(message.content) for message in messages)


def _content_cost(content: str | tuple[Part, ...]) -> int:
    if isinstance(content, str):
        return estimate_tokens(content)
    return sum(IMAGE_TOKENS if isinstance(part, ImagePart) else estimate_tokens(part.text) for part in content)


def _joined(messages: list[Message]) -> list[Message]:
    """The messages with neighbours of one role made one, since many chat templates refuse two in a row."""
    joined: list[Message] = []
    for message in messages:
        if joined and joined[-1].role == message.role != "system":
            joined[-1] = Message(message.role, _together(joined[-1].content, message.content))
        else:
            joined.append(message)
    return joined


def _together(first: str | tuple[Part, ...], second: str | tuple[Part, ...]) -> str | tuple[Part, ...]:
    if isinstance(first, str) and isinstance(second, str):
        return f"{first}\n\n{second}"
    return (*_parts(first), *_parts(second))


def _parts(content: str | tuple[Part, ...]) -> tuple[Part, ...]:
    return (TextPart(content),) if isinstance(content, str) else content
