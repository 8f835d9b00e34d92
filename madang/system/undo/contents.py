"""Contents kept by their SHA-256: equal ones once, readable by nobody else."""

import hashlib
import os
import secrets
from pathlib import Path

_CHUNK = 1 << 20


class Contents:
    """A folder of kept contents. A name appears in it only when all bytes are on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def keep(self, source: int) -> str:
        """Copy what an open file holds, and return its SHA-256 in hex. Raises `OSError`."""
        partial = self._folder / f".{secrets.token_hex(8)}"
        target = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            sha = copy(source, target)
            os.fsync(target)
            partial.replace(self._folder / sha)
        finally:
            os.close(target)
            partial.unlink(missing_ok=True)
        return sha

    def open(self, sha: str) -> int:
        """Open a kept content for reading; the descriptor becomes the caller's. Raises `FileNotFoundError`."""
        return os.open(self._folder / sha, os.O_RDONLY | os.O_CLOEXEC)


def copy(source: int, target: int | None = None) -> str:
    """Copy from one descriptor to another, or nowhere, and return the SHA-256 of the bytes in hex."""
    digest = hashlib.sha256()
    while chunk := os.read(source, _CHUNK):
        digest.update(chunk)
        rest = memoryview(chunk)
        while target is not None and rest:
            rest = rest[os.write(target, rest) :]
    return digest.hexdigest()
