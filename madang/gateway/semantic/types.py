"""What is compared: a question with everything else it was asked with, and the kept ones it may be like."""

from dataclasses import dataclass
from typing import Literal

EmbedderStatus = Literal["ready", "missing", "failing"]
"""`missing`: no model gives vectors. `failing`: the last attempt to get one failed."""


@dataclass(frozen=True, slots=True)
class Question:
    """The words of a question. Only questions of one `bucket` are compared: all else that was asked is the same.

    `key` is that of the answer to this very question.
    """

    text: str
    bucket: str
    key: str


@dataclass(frozen=True, slots=True)
class Vector:
    """Where a text stands: of length 1, as floats of 32 bits. Only vectors of one embedder can be compared."""

    embedder: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A question whose answer was kept, and how alike it is to the one that was asked (at most 1)."""

    key: str
    question: str
    score: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and the one whose kept answer was given to it, by the keys of their own answers.

    `score` is how alike the embedder said they are.
    """

    asked_key: str
    kept_key: str
    embedder: str
    score: float


@dataclass(frozen=True, slots=True)
class SimilarState:
    """Whether similar questions can be found and by which model, how often that helped, how often it was wrong.

    `embedder` is None where no model gives vectors; `chosen` is the provider's one that the person chose, None the
    built-in one. `error` is the code of what went wrong last while it is `failing`. `models` are those that providers
    list for this. `hits` and `wrong` are of the last 30 days.
    """

    enabled: bool
    status: EmbedderStatus
    embedder: str | None
    chosen: str | None
    error: str | None
    models: tuple[str, ...]
    questions: int
    hits: int
    wrong: int
