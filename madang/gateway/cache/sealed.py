"""DiskCache without its holes: values are bytes under a seal, keys are text, and no file besides the database.

DiskCache's own `Disk` unpickles what a row says is a pickle, and opens and deletes the files that a row names, so
whoever can write to the cache could run code. Here a row is read only if it is sealed with this installation's key.
DiskCache is loaded with this module, which `ExactCache` imports when it is first asked.
"""

import hashlib
import hmac
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Never

from diskcache import Cache, Disk

from madang.gateway.cache.files import database_file, key_file

_MODE_RAW = 1
_SEAL_BYTES = 32
# Two go for each that comes, so the size falls again without emptying a cache of few large answers.
_CULLED_AT_ONCE = 2
_DELETE_FOREIGN = (
    "DELETE FROM Cache WHERE raw IS NOT 1 OR mode IS NOT 1 OR filename IS NOT NULL"
    " OR typeof(key) != 'text' OR typeof(value) != 'blob'"
)


class Forged(Exception):
    """A row that this installation did not write."""


class SealedDisk(Disk):  # type: ignore[misc]
    """Stores sealed bytes in the row itself. The key stands in a file beside the cache's folder, never in a table."""

    def __init__(self, directory: str, **_: Any) -> None:
        super().__init__(directory)
        self._key = key_file(Path(directory)).read_bytes()

    def put(self, key: str) -> tuple[str, bool]:
        if type(key) is not str:
            raise TypeError("a key is text")
        return key, True

    def get(self, key: object, raw: object) -> str:
        if type(key) is not str or raw != 1:
            raise Forged("a key is not text")
        return key

    def store(self, value: bytes, read: bool, key: object = None) -> tuple[int, int, None, memoryview]:
        if type(value) is not bytes or read:
            raise TypeError("a value is bytes")
        # The size column counts files, and there are none.
        return 0, _MODE_RAW, None, sqlite3.Binary(self._seal(value) + value)

    def fetch(self, mode: object, filename: object, value: object, read: object) -> bytes:
        if mode != _MODE_RAW or filename is not None or type(value) is not bytes or read:
            raise Forged("a row is of a form that is never written")
        seal, content = value[:_SEAL_BYTES], value[_SEAL_BYTES:]
        if not hmac.compare_digest(seal, self._seal(content)):
            raise Forged("a row's seal is wrong")
        return content

    def filename(self, key: object = None, value: object = None) -> Never:
        raise Forged("nothing is stored in files")

    def remove(self, file_path: object) -> None:
        """Leave every file alone: a name in a row was put there by somebody else."""

    def _seal(self, content: bytes) -> bytes:
        return hmac.new(self._key, content, hashlib.sha256).digest()


def open_sealed(folder: Path, limit_bytes: int, timeout: float) -> tuple[Cache, int]:
    """Open the cache, made where there is none, and return it with the number of foreign rows thrown out.

    Raises `sqlite3.Error` and `OSError`, and `ValueError` where something stands there that leads to another place.
    """
    _check_place(folder)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    database = database_file(folder)
    database.touch(mode=0o600)
    foreign = _swept(database, timeout)
    cache = Cache(
        str(folder),
        timeout=timeout,
        disk=SealedDisk,
        size_limit=limit_bytes,
        eviction_policy="least-recently-stored",
        cull_limit=_CULLED_AT_ONCE,
        # A file in memory that somebody cuts short ends the whole process.
        sqlite_mmap_size=0,
        statistics=0,
        tag_index=0,
    )
    return cache, foreign


def sweep(folder: Path, timeout: float) -> int:
    """Delete rows of a foreign form whose key hides them from every search; return how many there were.

    Raises `sqlite3.Error`.
    """
    with closing(sqlite3.connect(database_file(folder), timeout=timeout, isolation_level=None)) as connection:
        if connection.execute("SELECT 1 FROM Cache WHERE raw IS NOT 1 LIMIT 1").fetchone():
            return connection.execute(_DELETE_FOREIGN).rowcount
        return 0


def _check_place(folder: Path) -> None:
    if not os.path.lexists(folder):
        return
    if folder.is_symlink() or not folder.is_dir():
        raise ValueError("the cache's folder is none")
    # A link in the place of a file would have another file written.
    with os.scandir(folder) as entries:
        if any(not entry.is_file(follow_symlinks=False) for entry in entries):
            raise ValueError("the cache's folder holds what is no file")


def _swept(database: Path, timeout: float) -> int:
    """Delete rows of a foreign form, and every stored setting: a pragma among them would be executed."""
    with closing(sqlite3.connect(database, timeout=timeout, isolation_level=None)) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'Cache'").fetchone():
            return 0
        connection.execute("DELETE FROM Settings WHERE key NOT IN ('count', 'size')")
        return connection.execute(_DELETE_FOREIGN).rowcount
