"""What the files api answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from madang.system.types import ObjectType
from madang.system.undo.types import ChangeKind, KeptState


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a folder. Links are shown and not followed; where `can_be_asked` is false, nothing can be done to it.

    `links` counts the names a file has: more than one, and it is in another folder as well.
    """

    name: str
    type: Literal["file", "folder", "link", "other", "missing"]
    size_bytes: int | None
    modified_at: str | None
    links: int | None
    can_be_asked: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of a folder's entries, folders first. `is_truncated`: the folder holds more than are ever listed."""

    items: list[Entry]
    next_cursor: str | None
    is_truncated: bool


@dataclass(frozen=True, slots=True)
class Text:
    """A part of a file as text; `text` is null where it is none. `sha256` is null unless the whole file was read."""

    text: str | None
    size_bytes: int
    offset: int
    length_bytes: int
    is_truncated: bool
    modified_at: str
    links: int
    sha256: str | None


@dataclass(frozen=True, slots=True)
class FoundPath:
    """A path that a pattern means, from the folder that was asked about."""

    path: str
    type: ObjectType
    size_bytes: int | None


@dataclass(frozen=True, slots=True)
class FoundPaths:
    """What was found, `looked_at` counting all entries met. `is_truncated`: not everything was looked at."""

    found: list[FoundPath]
    looked_at: int
    is_truncated: bool


@dataclass(frozen=True, slots=True)
class FoundLine:
    """A line that holds the text: its number from 1 on, and about 300 characters around the text."""

    path: str
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class FoundLines:
    """What was found. `left_out` counts files that were passed over because they look secret."""

    lines: list[FoundLine]
    left_out: int
    looked_at: int
    is_truncated: bool


@dataclass(frozen=True, slots=True)
class Written:
    """A file as it was written: the SHA-256 it has, and had; empty where it was made."""

    sha256: str
    before: str
    size_bytes: int
    made: bool


@dataclass(frozen=True, slots=True)
class InTrash:
    """One thing that was deleted, and the path it had."""

    id: str
    path: str


@dataclass(frozen=True, slots=True)
class Trashed:
    """One thing in the trash: the path and the type it had, and when it was deleted."""

    id: str
    path: str
    type: str
    deleted_at: str


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What came out of an archive."""

    files: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class ChangedPath:
    """A path that an action changed, and how."""

    path: str
    kind: ChangeKind


@dataclass(frozen=True, slots=True)
class Changes:
    """What one action changed in a folder. `run` is empty where a person did it by hand; `effect` is its id in the
    record. It can be undone while `state` is `kept`, and again, after it was, while that is `undone`."""

    id: str
    effect: str
    run: str
    actor: str
    state: KeptState
    at: datetime
    size_bytes: int
    changed: list[ChangedPath]
