"""What the installed package was shipped with: the hash of each file of the page, as its installer wrote it down."""

import base64
import csv
import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from madang import __version__
from madang.errors import MadangError

_INSIDE = "madang/frontend/"


class AlteredPage(MadangError):
    """Files of the installed page are not those that were shipped, so none is served. Details: `files`."""

    code = "page_altered"


def recorded_hashes(root: Path) -> dict[str, bytes] | None:
    """Return the SHA-256 of every file below `root` by its path, or None where `root` is no installed package's.

    The record is that of the wheel: a line for each file with its hash in URL-safe base64 without padding.
    """
    record = root.parent.parent / f"madang-{__version__}.dist-info" / "RECORD"
    if root.parent.name != "madang" or not record.is_file():
        return None
    lines = csv.reader(record.read_text(encoding="utf-8").splitlines())
    return {path.removeprefix(_INSIDE): _digest(told) for path, told, *_ in lines if path.startswith(_INSIDE)}


def check_page(found: Mapping[str, bytes], recorded: Mapping[str, bytes]) -> None:
    """Compare the hashes that were found with those on record. Raises `AlteredPage` with the files that differ."""
    if altered := sorted(_altered(found, recorded)):
        raise AlteredPage(
            f"files of the page are not those that were installed: {', '.join(altered[:5])}; install Madang again",
            files=altered,
        )


def hashed(path: Path) -> bytes:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).digest()


def _altered(found: Mapping[str, bytes], recorded: Mapping[str, bytes]) -> Iterator[str]:
    yield from (path for path in found.keys() | recorded.keys() if found.get(path) != recorded.get(path))


def _digest(told: str) -> bytes:
    return base64.urlsafe_b64decode(told.removeprefix("sha256=") + "=")
