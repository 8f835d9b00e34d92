"""What a conversation is made of: turns in branches, the options they are asked with, attachments, presets, drafts."""

from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Literal

from madang.gateway.types import CacheMode

TurnStatus = Literal["queued", "streaming", "done", "incomplete", "interrupted", "cancelled", "error"]
TitleSource = Literal["first_words", "person", "model"]
AttachmentKind = Literal["image", "text"]
Json = dict[str, Any]

ENDED: frozenset[TurnStatus] = frozenset({"done", "incomplete", "interrupted", "cancelled", "error"})


@dataclass(frozen=True, slots=True)
class Options:
    """How a model is asked. A `None` leaves it to the next in line: turn, conversation, preferences, provider."""

    model: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    reasoning_effort: str | None = None
    system_prompt: str | None = None
    similar: bool | None = None

    def as_json(self) -> Json:
        """Return the form that is stored, and that the API and the events show."""
        # `asdict` would copy each value deeply, many times in a turn.
        return {name: getattr(self, name) for name in self.__slots__}

    def over(self, other: "Options") -> "Options":
        """Return these options, with `other`'s where these leave one open."""
        mine = {name: value for name, value in self.as_json().items() if value is not None}
        return replace(other, **mine)

    @classmethod
    def read(cls, stored: Json | None) -> "Options":
        """Return the options that `stored` names; keys of another version are passed over."""
        names = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in (stored or {}).items() if name in names})


@dataclass(frozen=True, slots=True)
class Gauge:
    """How full the model's context is. `limit_tokens` is `None` where the model's size is unknown."""

    used_tokens: int
    limit_tokens: int | None
    trimmed_turns: int

    def as_json(self) -> Json:
        """Return the form that is stored, and that the API and the events show."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Conversation:
    """A tree of turns. `active_turn_id` is the leaf of the branch that is shown and continued."""

    id: str
    title: str
    title_source: TitleSource
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None
    deleted_at: datetime | None = None
    options: Options = field(default_factory=Options)
    active_turn_id: str | None = None
    context: Gauge | None = None
    is_damaged: bool = False

    def as_json(self) -> Json:
        """Return the form that the API and the events show."""
        return {
            "id": self.id,
            "title": self.title,
            "title_source": self.title_source,
            "created_at": self.created_at.isoformat(),
            "updated_at": self.updated_at.isoformat(),
            "archived": self.archived_at is not None,
            "deleted": self.deleted_at is not None,
            "damaged": self.is_damaged,
            "options": self.options.as_json(),
            "active_turn_id": self.active_turn_id,
            "context": self.context.as_json() if self.context else None,
        }


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a question, without its bytes."""

    id: str
    name: str
    media_type: str
    size_bytes: int
    kind: AttachmentKind

    def as_json(self) -> Json:
        """Return the form that the API and the events show."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and its answer.

    `held` says that a queued turn waits for a person instead of for its predecessor. `asked` are the options given
    with this turn alone. `live_from` is the journal number after which the deltas of the current run stand; until
    the turn ends, what they hold comes on top of `answer` and `reasoning`. `process` is the one of several that
    answers it; None where there is one only.
    """

    id: str
    conversation_id: str
    parent_id: str | None
    content: str
    status: TurnStatus
    created_at: datetime
    client_id: str | None = None
    body_hash: str | None = None
    actor: str = ""
    attachments: tuple[Attachment, ...] = ()
    answer: str = ""
    reasoning: str = ""
    held: bool = False
    error: Json | None = None
    finish_reason: str | None = None
    model: str | None = None
    receipt: Json | None = None
    cache_asked: CacheMode = "auto"
    asked: Options = field(default_factory=Options)
    live_from: int = 0
    process: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    waiting: Json | None = None

    @property
    def has_ended(self) -> bool:
        """Say whether nothing more comes by itself."""
        return self.status in ENDED

    def as_json(self) -> Json:
        """Return the form that the API and the events show."""
        return {
            "id": self.id,
            "conversation_id": self.conversation_id,
            "parent_id": self.parent_id,
            "client_id": self.client_id,
            "content": self.content,
            "attachments": [attachment.as_json() for attachment in self.attachments],
            "answer": self.answer,
            "reasoning": self.reasoning,
            "status": self.status,
            "held": self.held,
            # The turn's id is what the log has the failure under.
            "error": {**self.error, "id": self.id} if self.error else None,
            "finish_reason": self.finish_reason,
            "model": self.model,
            "receipt": self.receipt,
            "cache_asked": self.cache_asked,
            "created_at": self.created_at.isoformat(),
            "started_at": _moment(self.started_at),
            "finished_at": _moment(self.finished_at),
            "waiting": self.waiting,
        }


@dataclass(frozen=True, slots=True)
class TurnMark:
    """A turn without its words: where it stands among the branches, and how."""

    id: str
    parent_id: str | None
    client_id: str | None
    status: TurnStatus

    def as_json(self) -> Json:
        """Return the form that the API shows."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Preset:
    """Options that were saved under a name."""

    id: str
    name: str
    options: Options
    created_at: datetime

    def as_json(self) -> Json:
        """Return the form that the API shows."""
        return {
            "id": self.id,
            "name": self.name,
            "options": self.options.as_json(),
            "created_at": self.created_at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Mark:
    """By what a request is known when it comes twice: the client's own id for it, and a hash over what it asks."""

    client_id: str | None = None
    body_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A question as it arrives. `parent_id` is `"active"` for the branch that is shown, `None` for a new root.

    `instead_of` names the turn that this one is asked in place of; what waits behind that one waits behind this.
    """

    content: str
    actor: str
    conversation_id: str | None = None
    parent_id: str | Literal["active"] | None = "active"
    client_id: str | None = None
    body_hash: str | None = None
    options: Options = field(default_factory=Options)
    cache: CacheMode = "auto"
    attachments: tuple[str, ...] = ()
    instead_of: str | None = None


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
