"""Once a week the whole SQLite file is checked, and a note beside it tells what was found."""

import asyncio
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

import orjson
from loguru import logger

from madang.clock import Clock
from madang.db.check import SOUND
from madang.db.database import Database
from madang.db.folder import private_file

NOTE = "integrity.json"
EVERY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Look:
    """When the file was checked, and SQLite's first complaint; `found` is "ok" for a sound one."""

    checked_at: datetime
    found: str

    @property
    def is_sound(self) -> bool:
        """Say whether nothing was wrong."""
        return self.found == SOUND


class WeeklyCheck:
    """Checks the file when the last check is a week old. The note stands outside the file that may be damaged."""

    def __init__(self, database: Database, data_dir: Path, clock: Clock) -> None:
        self._database = database
        self._data_dir = data_dir
        self._clock = clock
        self.last: Look | None = None

    async def look(self) -> None:
        """Check if it is due. A PostgreSQL server looks after its own files."""
        if not self._database.is_sqlite:
            return
        self.last = self.last or await asyncio.to_thread(last_look, self._data_dir)
        now = self._clock.now()
        if self.last and timedelta(0) <= now - self.last.checked_at < EVERY:
            return
        found = await self._database.integrity()
        self.last = Look(now, found or SOUND)
        if not self.last.is_sound:
            logger.error("db: the weekly check found damage: {}", found)
        await asyncio.to_thread(_write, self._data_dir, self.last)


def last_look(data_dir: Path) -> Look | None:
    """Return what the last check found, or `None` where there was none."""
    try:
        note = orjson.loads((data_dir / NOTE).read_bytes())
        return Look(datetime.fromisoformat(note["checked_at"]), str(note["found"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(data_dir: Path, look: Look) -> None:
    path = data_dir / NOTE
    private_file(path)
    path.write_bytes(orjson.dumps(asdict(look)))
