"""The running server's note to the command line: where it listens, and the key that asks it for a sign-in code."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from madang.ids import new_secret

_NAME = "runtime.json"


@dataclass(frozen=True, slots=True)
class Runtime:
    """`url` is the origin, such as http://127.0.0.1:8765; `control_key` opens nothing but `/api/session/code`."""

    pid: int
    port: int
    url: str
    control_key: str = field(repr=False)


def write(data_dir: Path, port: int, url: str) -> Runtime:
    """Leave the note in the data folder, readable by its owner only."""
    note = Runtime(os.getpid(), port, url, new_secret())
    path = data_dir / _NAME
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(note), file)
    return note


def read(data_dir: Path) -> Runtime | None:
    """Return the note, or None where there is none that can be read, or whoever wrote it is gone."""
    try:
        note = Runtime(**json.loads((data_dir / _NAME).read_text()))
    except (FileNotFoundError, json.JSONDecodeError, TypeError):
        return None
    return note if _is_running(note.pid) else None


def _is_running(pid: int) -> bool:
    """A process that was killed leaves its note behind."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def remove(data_dir: Path) -> None:
    """Take the note away."""
    (data_dir / _NAME).unlink(missing_ok=True)
