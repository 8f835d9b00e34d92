"""What this installation is: versions, places, and whether it is ready."""

import platform
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter

from madang import __version__
from madang.web import needs, service

router = APIRouter(tags=["about"])


@dataclass(frozen=True, slots=True)
class About:
    """Facts that help when something does not work. `database` names the kind, never an address."""

    data_dir: Path
    database: str

    def facts(self) -> dict[str, Any]:
        return {
            "version": __version__,
            "python": platform.python_version(),
            "platform": platform.platform(),
            "data_dir": str(self.data_dir),
            "log_file": str(self.data_dir / "logs" / "madang.log"),
            "database": self.database,
        }


def about(data_dir: Path, is_sqlite: bool) -> About:
    """Return what is said about an installation."""
    return About(data_dir, f"SQLite {sqlite3.sqlite_version}" if is_sqlite else "PostgreSQL")


@router.get("/api/settings/about", dependencies=[needs("read")])
async def read_about(known: Annotated[About, service(About)]) -> dict[str, Any]:
    """Version, places and database of this installation."""
    return known.facts()


@router.get("/api/health/ready", dependencies=[needs("read")])
async def ready() -> dict[str, str]:
    """Answers once everything is open; until then the answer waits."""
    return {"status": "ready"}
