"""Walking through a tree of folders, bounded in entries, depth and time; links are met and not followed."""

import os
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from madang.folders.beneath import Root
from madang.system.files.place import type_of
from madang.system.files.trash import TRASH
from madang.system.files.writing import is_part
from madang.system.types import ObjectType

MOST_ENTRIES = 20_000
MOST_SECONDS = 2.0
DEEPEST = 64


@dataclass(frozen=True, slots=True)
class Met:
    """One entry: its names from the start of the walk, and what it is; a link is `other`."""

    names: tuple[str, ...]
    type: ObjectType
    found: os.stat_result | None


@dataclass(slots=True)
class Walk:
    """One walk. `is_cut` says that there is more than was looked at."""

    root: Root
    most_entries: int = MOST_ENTRIES
    most_seconds: float = MOST_SECONDS
    looked_at: int = 0
    is_cut: bool = False
    _until: float = field(default=0.0)

    def through(self, start: tuple[str, ...] = ()) -> Iterator[Met]:
        """Give each entry below, folder by folder; those of a folder by name."""
        self._until = time.monotonic() + self.most_seconds
        waiting = deque([start])
        while waiting and not self.is_cut:
            names = waiting.popleft()
            for met in self._entries(names):
                yield Met(met.names[len(start) :], met.type, met.found)
                if met.type == "folder":
                    if len(met.names) - len(start) < DEEPEST:
                        waiting.append(met.names)
                    else:
                        self.is_cut = True

    def is_late(self) -> bool:
        """Say whether the time is up, and remember it."""
        self.is_cut = self.is_cut or time.monotonic() > self._until
        return self.is_cut

    def _entries(self, names: tuple[str, ...]) -> list[Met]:
        try:
            folder = self.root.open(names, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
        except OSError:
            # It is gone, became a link, or is not ours to read.
            return []
        try:
            with os.scandir(folder) as entries:
                return sorted(self._met(names, entries), key=lambda met: met.names)
        finally:
            os.close(folder)

    def _met(self, names: tuple[str, ...], entries: "Iterator[os.DirEntry[str]]") -> Iterator[Met]:
        for entry in entries:
            if entry.name == TRASH or is_part(entry.name):
                continue
            if self.looked_at >= self.most_entries or self.is_late():
                self.is_cut = True
                return
            self.looked_at += 1
            try:
                found = entry.stat(follow_symlinks=False)
            except OSError:
                continue
            yield Met((*names, entry.name), type_of(found), found)
