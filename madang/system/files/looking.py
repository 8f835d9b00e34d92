"""Reading, listing, finding and searching: what is asked, and what comes of it, all of it bounded."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from typing import Any

from madang.errors import MadangError
from madang.folders.beneath import Root
from madang.system.executor import Outcome
from madang.system.files.errors import BadPath
from madang.system.files.held import Spot, modified_at
from madang.system.files.names import is_plain
from madang.system.files.patterns import Pattern
from madang.system.files.place import Place, check_folder, open_file, open_folder, read_part, type_of
from madang.system.files.trash import TRASH
from madang.system.files.walking import Met, Walk
from madang.system.files.writing import MOST_BYTES, is_part
from madang.system.types import Taint

MOST_LISTED = 5000
MOST_FOUND = 1000
MOST_LINES = 500
MOST_SEARCHED_BYTES = 64 << 20
LARGEST_SEARCHED_BYTES = 1 << 20
SEARCH_SECONDS = 5.0
LONGEST_TEXT = 1000
LINE_CHARACTERS = 300
_SNIFFED_BYTES = 8192

Keeps = Callable[[str], bool]
"""Says of a path whether it is left out of a search."""


def taint_of(spot: Spot) -> tuple[Taint, ...]:
    """Return what a run has met by reading it: what is the person's own, and what strangers may have put there."""
    return ("private",) if spot.folder and spot.folder.access == "write" else ("private", "untrusted")


def hold_file(spot: Spot) -> int:
    """Open the file at a spot to read it. Raises our errors."""
    if spot.place is None:
        raise BadPath("this is the folder itself", reason="root")
    return open_file(spot.place)


def read(descriptor: int, offset: int, limit_bytes: int, taint: tuple[Taint, ...]) -> Outcome:
    """Return a part of a file, `MOST_BYTES` at most."""
    content = read_part(descriptor, offset, min(limit_bytes, MOST_BYTES))
    found = os.fstat(descriptor)
    is_whole = offset == 0 and len(content) >= found.st_size
    facts = {
        "size_bytes": found.st_size, "offset": offset, "length_bytes": len(content), "links": found.st_nlink,
        "is_truncated": offset + len(content) < found.st_size, "is_text": is_text(content),
        "modified_at": modified_at(found), "sha256": hashlib.sha256(content).hexdigest() if is_whole else None,
    }  # fmt: skip
    return Outcome(facts, content, taint)


def is_text(content: bytes) -> bool:
    """Say whether bytes are text in UTF-8; a character cut off at the end is no fault."""
    if b"\0" in content[:_SNIFFED_BYTES]:
        return False
    try:
        content.decode()
    except UnicodeDecodeError as error:
        return error.start >= len(content) - 3 and error.reason == "unexpected end of data"
    return True


def hold_folder(spot: Spot) -> int:
    """Open the folder at a spot to list it. Raises our errors."""
    if spot.place and spot.found:
        check_folder(spot.found, spot.place.shown)
    return open_folder(spot.root, spot.names)


def list_entries(descriptor: int, taint: tuple[Taint, ...]) -> Outcome:
    """Return up to `MOST_LISTED` entries by name: folders first, links as links, what cannot be asked for as such."""
    found: list[dict[str, Any]] = []
    is_cut = False
    with os.scandir(descriptor) as entries:
        for entry in entries:
            if entry.name == TRASH or is_part(entry.name):
                continue
            if len(found) == MOST_LISTED:
                is_cut = True
                break
            found.append(_entry(entry))
    found.sort(key=lambda each: (each["type"] != "folder", each["name"].casefold(), each["name"]))
    return Outcome({"entries": found, "is_truncated": is_cut}, taint=taint)


def find(spot: Spot, pattern: Pattern) -> Outcome:
    """Return the paths below a spot that a pattern means, from there on."""
    walk, found = Walk(spot.root), list[dict[str, Any]]()
    for met in walk.through(spot.names):
        if len(found) == MOST_FOUND:
            walk.is_cut = True
            break
        if pattern.matches(met.names):
            found.append(_found(met))
    facts = {"found": found, "looked_at": walk.looked_at, "is_truncated": walk.is_cut}
    return Outcome(facts, taint=taint_of(spot))


def search(spot: Spot, text: str, pattern: Pattern, keeps: Keeps) -> Outcome:
    """Return the lines with `text` in the files below a spot; giants and what is no text are passed over."""
    walk, lines, left_out, budget = Walk(spot.root, most_seconds=SEARCH_SECONDS), list[dict[str, Any]](), 0, 0
    for met in walk.through(spot.names):
        if met.type != "file" or not pattern.matches(met.names) or not all(map(is_plain, met.names)):
            continue
        names = (*spot.names, *met.names)
        if keeps("/".join(names)):
            left_out += 1
            continue
        content = _content(spot.root, names, met.found.st_size if met.found else 0)
        budget += len(content)
        for number, line in _lines(content, text):
            lines.append({"path": "/".join(met.names), "line": number, "text": line})
        if len(lines) >= MOST_LINES or budget > MOST_SEARCHED_BYTES or walk.is_late():
            walk.is_cut = True
            break
    facts = {"lines": lines[:MOST_LINES], "left_out": left_out, "looked_at": walk.looked_at}
    return Outcome(facts | {"is_truncated": walk.is_cut}, taint=taint_of(spot))


def check_text(text: str) -> str:
    """Return a text that can be searched for. Raises `BadPath`."""
    if not text or len(text) > LONGEST_TEXT or "\n" in text:
        raise BadPath("this cannot be searched for", reason="text")
    return text


def _content(root: Root, names: tuple[str, ...], size: int) -> bytes:
    if size > LARGEST_SEARCHED_BYTES:
        return b""
    try:
        with root.inner(names[:-1]) as parent:
            descriptor = open_file(Place(parent, names[-1], "/".join(names)))
    except (OSError, MadangError):
        # It is gone, became something else or is not ours to read: others may still hold the text.
        return b""
    try:
        content = read_part(descriptor, 0, LARGEST_SEARCHED_BYTES)
    finally:
        os.close(descriptor)
    return content if is_text(content) else b""


def _lines(content: bytes, text: str) -> Iterator[tuple[int, str]]:
    wanted = text.encode(errors="surrogatepass")
    if wanted not in content:
        return
    for number, line in enumerate(content.split(b"\n"), 1):
        if (at := line.find(wanted)) >= 0:
            start = max(0, at - LINE_CHARACTERS // 3)
            yield number, line[start : start + LINE_CHARACTERS].decode(errors="replace").strip()


def _entry(entry: "os.DirEntry[str]") -> dict[str, Any]:
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError:
        return {"name": _shown(entry.name), "type": "other", "size_bytes": None, "modified_at": None, "links": None,
                "can_be_asked": False}  # fmt: skip
    is_link = stat.S_ISLNK(found.st_mode)
    kind = "link" if is_link else type_of(found)
    return {
        "name": _shown(entry.name), "type": kind, "size_bytes": found.st_size if kind == "file" else None,
        "modified_at": modified_at(found), "links": found.st_nlink if kind == "file" else None,
        "can_be_asked": kind in ("file", "folder") and is_plain(entry.name),
    }  # fmt: skip


def _found(met: Met) -> dict[str, Any]:
    size = met.found.st_size if met.found and met.type == "file" else None
    return {"path": _shown("/".join(met.names)), "type": met.type, "size_bytes": size}


def _shown(name: str) -> str:
    """Return a name as JSON can hold it."""
    return os.fsencode(name).decode(errors="replace")
