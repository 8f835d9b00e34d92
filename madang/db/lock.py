"""One Madang a data folder: whoever comes second learns who is there."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from madang.db.errors import DataDirBusy, UnsafeDataDir
from madang.db.folder import in_words, prepare_folder

FILE_NAME = "lock"


class DataDirLock:
    """Holds `<data_dir>/lock` as long as it is open; the system lets go of it when the process ends.

    The file says who holds it, as JSON `{"pid", "url"}`. `url` is None until `announce` is called.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Prepare the folder and take the lock.

        Raises `DataDirBusy` with `pid` and `url`, `UnsafeDataDir`, and what `in_words` raises.
        """
        path = prepare_folder(self._data_dir) / FILE_NAME
        with in_words(path.parent):
            descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            os.fchmod(descriptor, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _holder(descriptor)
            os.close(descriptor)
            raise DataDirBusy(
                f"another Madang (process {holder.get('pid', 'unknown')}) works in {path.parent}",
                path=str(path.parent),
                pid=holder.get("pid"),
                url=holder.get("url"),
            ) from None
        except OSError as error:
            os.close(descriptor)
            words = f"nothing is kept in {path.parent}: its file system cannot lock files"
            raise UnsafeDataDir(words, path=str(path.parent), reason="no_locks") from error
        self._descriptor = descriptor
        self.announce(None)

    def announce(self, url: str | None) -> None:
        """Write down where this process can be reached."""
        if self._descriptor is None:
            raise RuntimeError("the lock is not held")
        content = orjson.dumps({"pid": os.getpid(), "url": url})
        with in_words(self._data_dir):
            os.pwrite(self._descriptor, content, 0)
            os.ftruncate(self._descriptor, len(content))

    def release(self) -> None:
        """Let the folder go. The file stays: taking it away would let two processes hold two locks."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _holder(descriptor: int) -> dict[str, Any]:
    try:
        holder = orjson.loads(os.pread(descriptor, 4096, 0))
    except orjson.JSONDecodeError:
        # The other process is just writing it.
        return {}
    return holder if isinstance(holder, dict) else {}
