"""What `madang doctor` looks at. Each look answers with a finding: what is so, and where it is not well, the cure."""

import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from madang.cli.runtime import read
from madang.cli.words import say
from madang.config import Settings

Level = Literal["ok", "note", "bad"]
_ROOM_BYTES = 500 * 2**20
# Up to 3.51.2 a rare race between checkpoints could damage a WAL file; one checkpointing connection avoids it.
_SETTLED_SQLITE = (3, 51, 3)


@dataclass(frozen=True, slots=True)
class Finding:
    """`name` is the subject, `text` and `cure` are sentences in the terminal's language."""

    name: str
    level: Level
    text: str
    cure: str = ""


def findings(settings: Settings) -> Iterator[Finding]:
    """Look at one thing after the other. Nothing is changed, nothing outside this machine is asked."""
    looks: tuple[Callable[[Settings], Finding], ...] = (
        _python, _page, _data_dir, _disk, _database, _server, _exposure, _provider, _env_file, _builtin, _keyring,
        _memory,
    )  # fmt: skip
    for look in looks:
        yield look(settings)


def _python(_: Settings) -> Finding:
    return Finding("python", "ok", f"Python {sys.version.split()[0]}, {sys.platform}")


def _page(_: Settings) -> Finding:
    from madang.app.recorded import AlteredPage
    from madang.app.site import Site, frontend_dir

    folder = frontend_dir()
    if not (folder / "index.html").is_file():
        return Finding("page", "bad", say("doctor.page_missing", path=folder), say("doctor.reinstall"))
    try:
        Site(folder)
    except AlteredPage as error:
        altered = say("doctor.page_altered", files=", ".join(error.details["files"][:5]))
        return Finding("page", "bad", altered, say("doctor.reinstall"))
    return Finding("page", "ok", str(folder))


def _data_dir(settings: Settings) -> Finding:
    folder = settings.data_dir
    if not folder.exists():
        return Finding("data_dir", "ok", say("doctor.data_dir_new", path=folder))
    mode = stat.S_IMODE(folder.stat().st_mode)
    if sys.platform != "win32" and mode & 0o077:
        return Finding(
            "data_dir", "bad", say("doctor.data_dir_open", path=folder, mode=f"{mode:04o}"), f"chmod 700 {folder}"
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding("data_dir", "bad", say("doctor.data_dir_closed", path=folder), say("doctor.data_dir_cure"))
    return Finding("data_dir", "ok", str(folder))


def _disk(settings: Settings) -> Finding:
    place = next(path for path in (settings.data_dir, *settings.data_dir.parents) if path.exists())
    free = shutil.disk_usage(place).free
    text = say("doctor.disk", free=f"{free / 1e9:.1f} GB")
    return Finding("disk", "ok", text) if free > _ROOM_BYTES else Finding("disk", "bad", text, say("doctor.disk_cure"))


def _database(settings: Settings) -> Finding:
    if settings.database_url is not None:
        return Finding("database", "ok", "PostgreSQL (DATABASE_URL)")
    from madang.db.weekly import last_look

    text = f"SQLite {sqlite3.sqlite_version}"
    look = last_look(settings.data_dir)
    if look is not None and not look.is_sound:
        found = say("doctor.database_damaged", at=f"{look.checked_at:%Y-%m-%d}", found=look.found)
        return Finding("database", "bad", found, say("doctor.database_cure", path=settings.data_dir))
    if sqlite3.sqlite_version_info < _SETTLED_SQLITE:
        return Finding("database", "note", text, say("doctor.sqlite_old"))
    return Finding("database", "ok", text)


def _server(settings: Settings) -> Finding:
    note = read(settings.data_dir)
    if note is None:
        return Finding("server", "ok", say("doctor.server_off"))
    return Finding("server", "ok", say("doctor.server_on", url=note.url, pid=note.pid))


def _exposure(settings: Settings) -> Finding:
    from madang.errors import MadangError
    from madang.guard.exposure import exposure_of

    try:
        exposure_of(settings)
    except MadangError as error:
        return Finding("exposure", "bad", error.message, say("doctor.exposure_cure"))
    return Finding("exposure", "ok", f"{settings.host}:{settings.port}")


def _provider(settings: Settings) -> Finding:
    if settings.openai_api_key or settings.openai_api_key_file or settings.openai_base_url:
        return Finding("provider", "ok", settings.openai_base_url or "OpenAI")
    return Finding("provider", "note", say("doctor.provider_none"), say("doctor.provider_cure"))


def _env_file(_: Settings) -> Finding:
    from madang.secrets.given import is_open_to_others

    path = Path(".env").absolute()
    if is_open_to_others(path):
        return Finding("env_file", "bad", say("doctor.env_file_open", path=path), f"chmod 600 {path}")
    return Finding("env_file", "ok", say("doctor.env_file_closed"))


def _builtin(settings: Settings) -> Finding:
    from madang.gateway.embedded.facts import measure, obstacle
    from madang.gateway.embedded.manifest import built_in_model

    if not settings.builtin:
        return Finding("builtin", "note", say("doctor.builtin_off"))
    model = built_in_model()
    folder = settings.builtin_dir or settings.data_dir / "builtin"
    is_here = (folder / model.file_name).exists() or (folder / "models" / model.file_name).exists()
    lack: dict[str, Any] | None = obstacle(measure(folder), 0 if is_here else 2 * model.size_bytes)
    if lack is None:
        return Finding(
            "builtin", "ok", say("doctor.builtin_here" if is_here else "doctor.builtin_can", model=model.name)
        )
    return Finding("builtin", "bad", say("doctor.builtin_cannot", **lack), str(lack.get("command", "")))


def _keyring(_: Settings) -> Finding:
    import keyring
    from keyring.backends.fail import Keyring as NoKeyring

    backend = keyring.get_keyring()
    if isinstance(backend, NoKeyring):
        return Finding("keyring", "note", say("doctor.keyring_none"))
    return Finding("keyring", "ok", backend.name)


def _memory(_: Settings) -> Finding:
    from madang.secrets.harden import harden

    is_closed = harden().is_closed_to_others
    return Finding("memory", "ok" if is_closed else "note", say(f"doctor.memory_{'closed' if is_closed else 'open'}"))
