"""Each request on files, looked up: what it touches, what a person is shown, and how it would be done."""

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from madang.errors import named
from madang.folders.fingerprint import is_loaded
from madang.system.executor import Outcome
from madang.system.files import archives, changing, extracting, looking
from madang.system.files.diffs import preview_of
from madang.system.files.errors import BadPath, ChangedMeanwhile
from madang.system.files.held import Spot
from madang.system.files.names import names_of
from madang.system.files.patterns import Pattern
from madang.system.files.place import hash_of
from madang.system.files.resolving import Resolver, place_at
from madang.system.files.trash import Trash
from madang.system.files.writing import check_size, state_of
from madang.system.requests import (
    DeleteEntries,
    ExtractArchive,
    FindFiles,
    ListFolder,
    MakeFolder,
    MoveEntry,
    ReadFile,
    RestoreEntry,
    SearchFiles,
    WriteFile,
)
from madang.system.types import Kind, Touched


@dataclass(frozen=True, slots=True)
class Preparing:
    """What every request is prepared with."""

    resolver: Resolver
    trash: Trash
    now: datetime
    keeps: looking.Keeps


@dataclass(frozen=True, slots=True)
class Draft:
    """What an action is made of. `written` are files changed by it: folder, path, and the hash they have then."""

    kind: Kind
    paths: tuple[Touched, ...]
    do: Callable[[], Outcome]
    details: Mapping[str, Any] = field(default_factory=dict)
    preview: Mapping[str, Any] = field(default_factory=dict)
    written: list[tuple[str, str, str]] = field(default_factory=list)


def read(preparing: Preparing, request: ReadFile) -> Draft:
    """Read a part of a file."""
    if request.offset < 0 or request.limit_bytes < 1:
        raise BadPath("there is no such part of a file", reason="part")
    spot = preparing.resolver.spot(request.path)
    descriptor = looking.hold_file(spot)
    preparing.resolver.held.callback(os.close, descriptor)
    do = partial(looking.read, descriptor, request.offset, request.limit_bytes, looking.taint_of(spot))
    details = {"offset": request.offset, "limit_bytes": request.limit_bytes}
    return Draft("fs.read", (spot.touched("read"),), do, details)


def list_folder(preparing: Preparing, request: ListFolder) -> Draft:
    """List a folder's entries."""
    spot = preparing.resolver.spot(request.path)
    descriptor = looking.hold_folder(spot)
    preparing.resolver.held.callback(os.close, descriptor)
    do = partial(looking.list_entries, descriptor, looking.taint_of(spot))
    return Draft("fs.list", (spot.touched("list"),), do)


def find(preparing: Preparing, request: FindFiles) -> Draft:
    """Find files by a pattern."""
    spot, pattern = _start(preparing, request.path), Pattern(request.pattern)
    do = partial(looking.find, spot, pattern)
    return Draft("fs.list", (spot.touched("list"),), do, {"pattern": request.pattern})


def search(preparing: Preparing, request: SearchFiles) -> Draft:
    """Find a text in files."""
    spot, pattern = _start(preparing, request.path), Pattern(request.pattern)
    do = partial(looking.search, spot, looking.check_text(request.text), pattern, preparing.keeps)
    return Draft("fs.read", (spot.touched("read"),), do, {"text": request.text, "pattern": request.pattern})


def write(preparing: Preparing, request: WriteFile) -> Draft:
    """Write a file whole."""
    check_size(request.content)
    spot = preparing.resolver.spot(request.path, changes=True, makes=True)
    place = place_at(spot)
    found, before = state_of(place)
    if request.expected is not None and request.expected != before:
        raise ChangedMeanwhile("the file is not what was expected", path=named(place.shown), found=before)
    after = hashlib.sha256(request.content).hexdigest()
    touched = Spot(spot.root, spot.folder, spot.names, place, found).touched("write", before, after)
    preview = preview_of(changing.content_of(place, found), request.content, spot.relative)
    do = partial(changing.write_file, place, request.content, found, before)
    written = [(spot.folder_id, spot.relative, after)]
    return Draft("fs.write", (touched,), do, {"size_bytes": len(request.content)}, preview, written)


def make_folder(preparing: Preparing, request: MakeFolder) -> Draft:
    """Make a folder, and those above it."""
    spot = preparing.resolver.spot_to_make(request.path)
    changing.check_free(spot)
    missing = changing.missing_levels(spot.root, spot.names)
    paths = tuple(Spot(spot.root, spot.folder, names, None, None).touched("write") for names in missing)
    return Draft("fs.write", paths, partial(changing.make_folders, spot.root, missing), {"makes": "folder"})


def move(preparing: Preparing, request: MoveEntry) -> Draft:
    """Move a file or a folder to another name."""
    source = preparing.resolver.spot(request.path, changes=True)
    target = preparing.resolver.spot(request.to, changes=True, makes=True)
    found = changing.check_there(source)
    changing.check_free(target)
    if target.folder_id == source.folder_id and target.names[: len(source.names)] == source.names:
        raise BadPath("a folder cannot be moved into itself", reason="inside")
    paths = (source.touched("move_from"), target.touched("move_to"))
    do = partial(changing.move, place_at(source), place_at(target), found)
    written = [(spot.folder_id, spot.relative, sha) for spot, sha in ((source, ""), (target, _hash(source, target)))]
    return Draft("fs.write", paths, do, preview=changing.contents_of([source]), written=written)


def delete(preparing: Preparing, request: DeleteEntries) -> Draft:
    """Move files and folders to the trash."""
    changing.check_count(request.paths)
    spots = [preparing.resolver.spot(path, changes=True) for path in request.paths]
    changing.check_apart(spots)
    for spot in spots:
        changing.check_there(spot)
    holds = changing.contents_of(spots)
    deletion = changing.Deletion(preparing.now.isoformat())
    do = partial(changing.delete, spots, preparing.trash, deletion)
    details = {name: holds[name] for name in ("files", "folders", "is_truncated")}
    written = [(spot.folder_id, spot.relative, "") for spot in spots]
    return Draft("fs.delete", tuple(spot.touched("delete") for spot in spots), do, details, holds, written)


def restore(preparing: Preparing, request: RestoreEntry) -> Draft:
    """Bring something back from the trash, to where it was."""
    folder = preparing.resolver.folders.find(request.folder)
    root = preparing.resolver.root(folder)
    with preparing.trash.find(root, request.id) as (_, deleted):
        if deleted.folder != folder.id:
            raise BadPath("this was deleted from another folder", reason="folder")
    missing = changing.missing_levels(root, names_of(deleted.path)[:-1])
    target = preparing.resolver.spot_to_make(deleted.path)
    changing.check_free(target)
    paths = tuple(Spot(root, folder, names, None, None).touched("write") for names in missing)
    do = partial(changing.restore, root, preparing.trash, deleted, missing)
    return Draft("fs.write", (*paths, target.touched("move_to")), do, {"restores": deleted.id})


def extract(preparing: Preparing, request: ExtractArchive) -> Draft:
    """Unpack an archive into a folder that is made for it."""
    source = preparing.resolver.spot(request.path)
    descriptor = looking.hold_file(source)
    preparing.resolver.held.callback(os.close, descriptor)
    target = preparing.resolver.spot(request.to, changes=True, makes=True)
    changing.check_free(target)
    holds, held = extracting.contents_of(descriptor)
    before = hash_of(descriptor, archives.MOST_BYTES, source.relative)
    do = partial(extracting.extract, descriptor, place_at(target), before)
    made = target.touched("write")
    paths = (source.touched("read", before), made, *(_below(made, names) for names in held if names))
    details = {name: holds[name] for name in ("files", "folders", "size_bytes")}
    return Draft("fs.write", paths, do, details, holds)


def _below(made: Touched, names: tuple[str, ...]) -> Touched:
    """Return what would be made below a folder that is made: each counts by itself, whatever lies around it."""
    relative, path, real = ("/".join((above, *names)) for above in (made.relative, made.path, made.real))
    return replace(made, relative=relative, path=path, real=real)


def _start(preparing: Preparing, path: str) -> Spot:
    """Return where a walk starts. Raises where that is no folder."""
    spot = preparing.resolver.spot(path)
    os.close(looking.hold_folder(spot))
    return spot


def _hash(source: Spot, target: Spot) -> str:
    """Return the hash a moved file has, where Madang would load it from its new place."""
    is_file = source.found is not None and source.touched("read").type == "file"
    return state_of(place_at(source))[1] if is_file and is_loaded(target.relative) else ""
