"""An opened folder: which one, how far it goes, and how the very same folder is known again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

FolderAccess = Literal["read", "write"]


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
