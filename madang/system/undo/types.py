"""What undo knows of a tree: each entry as it was, and what became of it."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

EntryType = Literal["file", "folder", "link", "other"]
"""`other` is a queue, a socket or a device: seen, so that nothing is put over it, and never put back."""
ChangeKind = Literal["created", "changed", "deleted"]
State = Literal["restored", "unchanged", "conflict"]
KeptState = Literal["open", "kept", "undone", "too_large", "unknown", "dropped"]
"""`open` while it is being done, `kept` when it can be undone, `too_large` when the folder holds more than is kept,
`unknown` when Madang ended in the middle, `dropped` when it is too long ago or too much came after."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a tree. `sha` is a file's SHA-256 in hex and `size` its bytes, `target` where a link leads; times in
    nanoseconds."""

    type: EntryType
    mode: int
    mtime_ns: int
    sha: str = ""
    target: str = ""
    size: int = 0

    def same(self, other: "Entry | None") -> bool:
        """Whether both hold the same, whenever they were written."""
        return other is not None and self._held() == other._held()

    def _held(self) -> tuple[str, int, str, str]:
        return self.type, self.mode, self.sha, self.target


@dataclass(frozen=True, slots=True)
class Kept:
    """What one action changed in one folder. `run` is empty for what a person did by hand."""

    id: str
    effect: str
    run: str
    actor_kind: str
    folder: str
    state: KeptState
    at: datetime
    changes: tuple["Change", ...] = ()
    size_bytes: int = 0


Tree = dict[tuple[str, ...], Entry]
"""Entries by their names from the root on; the root itself is `()`."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one path. `before` is None where it is new, `after` where it is gone."""

    path: tuple[str, ...]
    before: Entry | None
    after: Entry | None

    @property
    def is_time_only(self) -> bool:
        """Whether this is a folder in which only something else changed."""
        return self.before is not None and self.before.type == "folder" and self.before.same(self.after)

    @property
    def kind(self) -> ChangeKind:
        if self.before is None:
            return "created"
        return "deleted" if self.after is None else "changed"


def compare(before: Tree, after: Tree) -> list[Change]:
    """Return every path that is not as it was, and the folders those lie in, in the order of their names.

    A folder's time is disturbed by putting back what lies in it, so that it is known for that too.
    """
    paths = {one for one in before.keys() | after.keys() if before.get(one) != after.get(one)}
    paths |= {one[:-1] for one in paths if one}
    return [Change(one, before.get(one), after.get(one)) for one in sorted(paths)]


def packed(changes: Iterable[Change]) -> list[dict[str, Any]]:
    """Return changes as JSON values."""
    return [
        {
            "path": list(one.path), "before": asdict(one.before) if one.before else None,
            "after": asdict(one.after) if one.after else None,
        }
        for one in changes
    ]  # fmt: skip


def unpacked(values: Iterable[dict[str, Any]]) -> tuple[Change, ...]:
    """Return the changes that `packed` made."""
    return tuple(
        Change(
            tuple(one["path"]), Entry(**one["before"]) if one["before"] else None,
            Entry(**one["after"]) if one["after"] else None,
        )
        for one in values
    )  # fmt: skip
