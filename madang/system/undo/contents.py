"""Contents kept by their SHA-256: equal ones once, for nobody else to read; a file is copied again when it changed."""

import hashlib
import os
import secrets
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

_CHUNK = 1 << 20
_MOST_KNOWN = 200_000


class Contents:
    """A folder of kept contents. A name appears in it only when all bytes are written; who reads them checks them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        # What a file held, by what changes with it: device, inode, size, and the times of its bytes and its entry.
        self._known: dict[tuple[int, int, int, int, int], str] = {}

    def keep(self, source: int) -> str:
        """Copy what an open file holds, and return its SHA-256 in hex. Raises `OSError`."""
        found = os.fstat(source)
        stamp = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
        sha = self._known.get(stamp, "")
        if sha and (self._folder / sha).exists():
            return sha
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = self._folder / f".{secrets.token_hex(8)}"
        target = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            sha = copy(source, target)
            partial.replace(self._folder / sha)
        finally:
            os.close(target)
            partial.unlink(missing_ok=True)
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[stamp] = sha
        return sha

    def open(self, sha: str) -> int:
        """Open a kept content for reading; the descriptor becomes the caller's. Raises `FileNotFoundError`."""
        return os.open(self._folder / sha, os.O_RDONLY | os.O_CLOEXEC)

    def size(self, shas: Collection[str]) -> int:
        """Return how many bytes these take."""
        total = 0
        for sha in shas:
            with suppress(OSError):
                total += (self._folder / sha).stat().st_size
        return total

    def drop_others(self, needed: Collection[str]) -> None:
        """Remove what nobody needs."""
        with suppress(FileNotFoundError):
            for path in self._folder.iterdir():
                if path.name not in needed:
                    path.unlink(missing_ok=True)


def copy(source: int, target: int | None = None) -> str:
    """Copy from one descriptor to another, or nowhere, and return the SHA-256 of the bytes in hex."""
    digest = hashlib.sha256()
    while chunk := os.read(source, _CHUNK):
        digest.update(chunk)
        rest = memoryview(chunk)
        while target is not None and rest:
            rest = rest[os.write(target, rest) :]
    return digest.hexdigest()
