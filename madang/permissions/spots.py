"""Where a path lies, as the rules see it: from the top, from the home folder, and from each opened folder."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from madang.permissions.globs import folded, matches, may_lie_below
from madang.permissions.types import Base, Effect, PathPattern, Places
from madang.system.types import Touched

LONGEST_PATH: Final = 4096
Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """One place, from a base on. `folder` is the opened folder where that is the base."""

    base: Base
    parts: Parts
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Spots:
    """A touched path: where it was said to be, and where the object is. `is_plain`: neither holds `.` or `..`."""

    touched: Touched
    said: tuple[Spot, ...]
    real: tuple[Spot, ...]
    is_plain: bool

    @property
    def workspace(self) -> str:
        """The opened folder in which both lie, or empty. The innermost, where one lies in another."""
        real = {spot.folder for spot in self.real if spot.folder}
        inside = [spot for spot in self.said if spot.folder in real]
        return min(inside, key=lambda spot: len(spot.parts)).folder if inside and self.is_plain else ""


def spots(touched: Touched, places: Places) -> Spots:
    """Return where a touched path lies."""
    plain = all(_is_plain(path) for path in (touched.path, touched.real))
    return Spots(
        touched, tuple(_spots(parts_of(touched.path), places)), tuple(_spots(parts_of(touched.real), places)), plain
    )


def parts_of(path: str) -> Parts:
    """Return an absolute path's components, with `.` and `..` resolved by their spelling."""
    found: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del found[-1:]
        elif part not in ("", "."):
            found.append(part)
    return tuple(found)


def covers(pattern: PathPattern, effect: Effect, found: Spots, places: Places, folder: str = "") -> bool:
    """Say whether a rule's pattern covers a path. What allows must cover it as said and as it is, what asks or denies
    either; and that also counts for what lies in a folder that is deleted, moved or read whole."""
    if effect == "allow":
        composed = partial(unicodedata.normalize, "NFC") if places.folds_case else str
        return (
            found.is_plain
            and _some(pattern, found.said, composed, folder)
            and _some(pattern, found.real, composed, folder)
        )
    below, spelled = takes_all_below(found.touched), folded if places.folds_case else str
    ways = (found.said,) if found.said == found.real else (found.said, found.real)
    return any(_some(pattern, one, spelled, folder, below) for one in ways)


def takes_all_below(touched: Touched) -> bool:
    """Say whether what is done to a path is done to all that lies in it."""
    return touched.type == "folder" and touched.use in ("delete", "move_from", "read")


def _some(
    pattern: PathPattern, found: Iterable[Spot], spelled: Callable[[str], str], folder: str, below: bool = False
) -> bool:
    segments = pattern.segments if spelled is str else tuple(map(spelled, pattern.segments))
    for spot in found:
        if spot.base != pattern.base or (folder and spot.base == "ws" and spot.folder != folder):
            continue
        parts = spot.parts if spelled is str else tuple(map(spelled, spot.parts))
        if matches(segments, parts) or (below and may_lie_below(segments, parts)):
            return True
    return False


def _is_plain(path: str) -> bool:
    if not path.startswith("/") or len(path) > LONGEST_PATH:
        return False
    return path == "/" or all(part not in ("", ".", "..") for part in path[1:].split("/"))


def _spots(parts: Parts, places: Places) -> Iterator[Spot]:
    yield Spot("abs", parts)
    home = parts_of(places.home)
    if parts[: len(home)] == home:
        yield Spot("home", parts[len(home) :])
    for folder_id, workspace in places.folders.items():
        root = parts_of(workspace.path)
        if parts[: len(root)] == root:
            yield Spot("ws", parts[len(root) :], folder_id)
