"""The key of the audit and the end of its chain, in files beside the database: who edits that has neither."""

import hashlib
import hmac
import os
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from madang.db.folder import in_words, private_file
from madang.permissions.audit.types import Entry, Head
from madang.system.types import canonical

KEY_FILE, HEAD_FILE = "audit.key", "audit.head"
_KEY_BYTES = 32
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Seal:
    """Seals entries with the key in `keys_dir`, and remembers in `data_dir` how many there were."""

    def __init__(self, keys_dir: Path, data_dir: Path) -> None:
        self._key = _key(keys_dir)
        self.chain = hashlib.sha256(b"chain" + self._key).hexdigest()[:16]
        self._head_path = data_dir / HEAD_FILE
        with in_words(data_dir):
            private_file(self._head_path)
        self._head_file = os.open(self._head_path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)

    def close(self) -> None:
        """Let the file go."""
        os.close(self._head_file)

    def mac(self, previous: str, entry: Entry) -> str:
        """Return what seals an entry behind the one with the mac `previous`, in hex."""
        at = (entry.at - _EPOCH) // _MICROSECOND
        facts = [previous, entry.id, entry.number, at, entry.kind, entry.about, entry.entry]
        return self._sign(canonical(facts))

    def remember(self, head: Head) -> None:
        """Keep the end of the chain. It is written in place: its length never changes."""
        line = f"{head.number:020d} {head.mac}"
        os.pwrite(self._head_file, f"{line} {self._sign(line.encode())}\n".encode(), 0)

    def remembered(self) -> Head | None:
        """Return the end that was kept last, `Head()` where none was, None where the file is not what was written."""
        text = os.pread(self._head_file, 4096, 0).decode("ascii", "replace")
        if not text:
            return Head()
        line, _, signature = text.rstrip("\n").rpartition(" ")
        if not hmac.compare_digest(signature.encode(), self._sign(line.encode()).encode()):
            return None
        number, _, mac = line.partition(" ")
        return Head(int(number), mac)

    def _sign(self, content: bytes) -> str:
        return hmac.new(self._key, content, hashlib.sha256).hexdigest()


def _key(folder: Path) -> bytes:
    """Return the key, made at the first call. Several processes may share the folder: one of them makes it."""
    path = folder / KEY_FILE
    with in_words(folder):
        beside = folder / f".{KEY_FILE}.{secrets.token_hex(8)}"
        beside.touch(mode=0o600, exist_ok=False)
        beside.write_bytes(secrets.token_bytes(_KEY_BYTES))
        try:
            os.link(beside, path)
        except FileExistsError:
            pass
        finally:
            beside.unlink()
        return path.read_bytes()
