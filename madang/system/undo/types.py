"""What undo knows of a tree: each entry as it was, and what became of it."""

from dataclasses import dataclass
from typing import Literal

EntryType = Literal["file", "folder", "link", "other"]
"""`other` is a queue, a socket or a device: seen, so that nothing is put over it, and never put back."""
ChangeKind = Literal["created", "changed", "deleted"]
State = Literal["restored", "merged", "unchanged", "conflict"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a tree. `sha` is a file's SHA-256 in hex, `target` where a link leads; times in nanoseconds."""

    type: EntryType
    mode: int
    mtime_ns: int
    sha: str = ""
    target: str = ""

    def same(self, other: "Entry | None") -> bool:
        """Whether both hold the same, whenever they were written."""
        return other is not None and self._held() == other._held()

    def _held(self) -> tuple[str, int, str, str]:
        return self.type, self.mode, self.sha, self.target


Tree = dict[tuple[str, ...], Entry]
"""Entries by their names from the root on; the root itself is `()`."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one path. `before` is None where it is new, `after` where it is gone."""

    path: tuple[str, ...]
    before: Entry | None
    after: Entry | None

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
