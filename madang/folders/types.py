"""An opened folder: which one, how far it goes, and how the very same folder is known again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

FolderAccess = Literal["read", "write"]
FolderState = Literal["ready", "gone", "replaced"]
Loaded = Literal["new", "changed", "removed"]
"""What became of a file that Madang itself loads, since the person looked at it."""


@dataclass(frozen=True, slots=True)
class OpenedFolder:
    """A folder a person opened to Madang.

    `path` is absolute, without symbolic links. `dev` and `ino` were read when it was opened: another folder under the
    same path is another folder. Opening one to write is trusting it.
    """

    id: str
    path: str
    name: str
    access: FolderAccess
    dev: int
    ino: int
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """How an opened folder is found: `ignored` are the files Madang would load and does not, until they are looked at.

    `fingerprint` stands for those files as they are; it is given back to say that they were looked at.
    """

    folder: OpenedFolder
    state: FolderState
    ignored: Mapping[str, Loaded]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Places:
    """The folders within a folder, to choose from, by name. `is_cut`: there are more. `parent` is None at the top."""

    path: str
    parent: str | None
    names: tuple[str, ...]
    is_cut: bool
