"""Making, moving, deleting and bringing back: what each would touch, and how it is done."""

import hashlib
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any

from madang.errors import MadangError, named
from madang.folders.beneath import Root
from madang.system.executor import Outcome
from madang.system.files.diffs import MOST_SHOWN_BYTES
from madang.system.files.errors import AlreadyThere, BadPath, ChangedMeanwhile, NoSuchPath, mapped
from madang.system.files.held import Spot
from madang.system.files.names import names_of
from madang.system.files.place import (
    Place,
    check_folder,
    check_ordinary,
    open_file,
    place_of,
    read_part,
    sync_folder,
    type_of,
)
from madang.system.files.renaming import rename_new
from madang.system.files.resolving import place_at
from madang.system.files.trash import ITEM, Deleted, Trash
from madang.system.files.walking import Walk
from madang.system.files.writing import write

MOST_DELETED = 1000
MOST_NAMED = 200


def check_there(spot: Spot) -> os.stat_result:
    """Return what is at a spot. Raises where nothing is, or what is no file or folder."""
    place = place_at(spot)
    if spot.found is None:
        raise NoSuchPath("there is nothing", path=named(place.shown))
    check_ordinary(spot.found, place.shown)
    return spot.found


def check_free(spot: Spot) -> None:
    """Raise `AlreadyThere` where something is at a spot."""
    if spot.found is not None or not spot.names:
        raise AlreadyThere("something of that name is there", path=named(spot.relative))


def content_of(place: Place, found: os.stat_result | None) -> bytes | None:
    """Return what a diff is made from: what is there, as far as a diff is shown."""
    if found is None:
        return None
    descriptor = open_file(place)
    try:
        return read_part(descriptor, 0, MOST_SHOWN_BYTES + 1)
    finally:
        os.close(descriptor)


def write_file(place: Place, content: bytes, found: os.stat_result | None, before: str) -> Outcome:
    """Replace or make a file."""
    there = write(place, content, found, before)
    facts = {
        "sha256": hashlib.sha256(content).hexdigest(), "before": before, "size_bytes": there.st_size,
        "made": found is None, "ino": there.st_ino,
    }  # fmt: skip
    return Outcome(facts)


def make_folders(root: Root, missing: list[tuple[str, ...]]) -> Outcome:
    """Make each folder, the outer ones first."""
    for names in missing:
        shown = "/".join(names)
        with mapped(shown), root.inner(names[:-1]) as parent:
            os.mkdir(names[-1], 0o777, dir_fd=parent.fd)
            sync_folder(parent)
    return Outcome({"made": ["/".join(names) for names in missing]})


def missing_levels(root: Root, names: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return the folders to be made so that this one is there. Raises where something else is in the way."""
    missing: list[tuple[str, ...]] = []
    for count in range(len(names), 0, -1):
        level = names[:count]
        with mapped("/".join(level)):
            try:
                with root.inner(level[:-1]) as parent:
                    found = Place(parent, level[-1], "/".join(level)).look()
            except FileNotFoundError:
                missing.insert(0, level)
                continue
        if found is not None:
            check_folder(found, "/".join(level))
            return missing
        missing.insert(0, level)
    return missing


def move(source: Place, target: Place, found: os.stat_result) -> Outcome:
    """Rename what was found, never over something else."""
    _check_still(source, found)
    with mapped(target.shown):
        rename_new(source.parent, source.name, target.parent, target.name)
        there = os.stat(target.name, dir_fd=target.parent.fd, follow_symlinks=False)
        if not os.path.samestat(there, found):
            rename_new(target.parent, target.name, source.parent, source.name)
            raise ChangedMeanwhile("something else lies there", path=named(source.shown))
        sync_folder(source.parent)
        sync_folder(target.parent)
    return Outcome({"moved_to": target.shown})


def delete(spots: list[Spot], trash: Trash, deleted: "Deletion") -> Outcome:
    """Move all of them to the trash, or none."""
    done: list[tuple[Spot, Deleted]] = []
    try:
        for spot in spots:
            root = spot.root if spot.folder else None
            done.append((spot, trash.put(root, place_at(spot), check_there(spot), deleted.of(spot))))
    except MadangError:
        for spot, entry in reversed(done):
            with suppress(MadangError, OSError):
                _bring_back(spot.root, trash, entry.id, place_at(spot))
        raise
    return Outcome({"trash": [{"id": entry.id, "path": spot.relative} for spot, entry in done]})


def restore(root: Root, trash: Trash, deleted: Deleted, missing: list[tuple[str, ...]]) -> Outcome:
    """Bring something back to where it was, with the folders that are gone since."""
    make_folders(root, missing)
    place = place_of(root, names_of(deleted.path))
    with place.parent:
        _bring_back(root, trash, deleted.id, place)
    return Outcome({"restored": place.shown})


def _bring_back(root: Root, trash: Trash, deleted_id: str, target: Place) -> None:
    """Move one thing out of the trash, never over something else."""
    with mapped(target.shown), trash.find(root, deleted_id) as (entry, _):
        rename_new(entry, ITEM, target.parent, target.name)
        sync_folder(target.parent)
    trash.forget(root, deleted_id)


class Deletion:
    """Says of each thing that is deleted which folder it was in, and when."""

    def __init__(self, at: str) -> None:
        self._at = at

    def of(self, spot: Spot) -> Any:
        """Return the function that describes a spot under an id."""
        return lambda new: Deleted(new, spot.folder_id, spot.relative or spot.root.path, type_of(spot.found), self._at)


def contents_of(spots: Iterable[Spot]) -> dict[str, Any]:
    """Count what a deletion holds: files, folders and bytes, with the first names; bounded."""
    facts: dict[str, Any] = {"files": 0, "folders": 0, "size_bytes": 0, "names": [], "is_truncated": False}
    for spot in spots:
        _count(facts, spot.relative, type_of(spot.found), spot.found)
        if type_of(spot.found) != "folder":
            continue
        walk = Walk(spot.root)
        for met in walk.through(spot.names):
            _count(facts, "/".join((*spot.names, *met.names)), met.type, met.found)
        facts["is_truncated"] = facts["is_truncated"] or walk.is_cut
    return facts


def check_count(paths: Sequence[str]) -> None:
    """Raise `BadPath` for no path, or more than are deleted at once."""
    if not 0 < len(paths) <= MOST_DELETED:
        raise BadPath("so many cannot be deleted at once", reason="paths")


def check_apart(spots: list[Spot]) -> None:
    """Raise `BadPath` where one path is in another."""
    names = sorted((spot.folder_id, *spot.names) for spot in spots)
    is_nested = any(later[: len(one)] == one for one, later in pairwise(names))
    if is_nested:
        raise BadPath("these paths cannot be deleted together", reason="paths")


def _count(facts: dict[str, Any], path: str, kind: str, found: os.stat_result | None) -> None:
    facts["folders" if kind == "folder" else "files"] += 1
    facts["size_bytes"] += found.st_size if found and kind == "file" else 0
    if len(facts["names"]) < MOST_NAMED:
        facts["names"].append(os.fsencode(path).decode(errors="replace"))


def _check_still(place: Place, found: os.stat_result) -> None:
    there = place.look()
    if there is None or not os.path.samestat(there, found):
        raise ChangedMeanwhile("something else lies there", path=named(place.shown))
