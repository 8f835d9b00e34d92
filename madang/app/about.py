"""What this installation is: versions, places, and whether it is ready."""

import platform
import sqlite3
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter

from madang import __version__
from madang.db.weekly import WeeklyCheck
from madang.system.programs.sandbox import SandboxState
from madang.system.types import Tier
from madang.web import needs, service

router = APIRouter(tags=["about"])


@dataclass(frozen=True, slots=True)
class About:
    """Facts that help when something does not work. `database` names the kind, never an address."""

    data_dir: Path
    database: str
    weekly_check: WeeklyCheck

    def facts(self) -> dict[str, Any]:
        return {
            "version": __version__,
            "python": platform.python_version(),
            "platform": platform.platform(),
            "data_dir": str(self.data_dir),
            "log_file": str(self.data_dir / "logs" / "madang.log"),
            "database": self.database,
            "integrity": asdict(look) if (look := self.weekly_check.last) else None,
        }


@dataclass(frozen=True, slots=True)
class Ready:
    """That everything is open; and the sandbox's tier, null until somebody asked for it."""

    status: Literal["ready"]
    sandbox: Tier | None


def about(data_dir: Path, is_sqlite: bool, weekly_check: WeeklyCheck) -> About:
    """Return what is said about an installation."""
    return About(data_dir, f"SQLite {sqlite3.sqlite_version}" if is_sqlite else "PostgreSQL", weekly_check)


@router.get("/api/settings/about", dependencies=[needs("read")])
async def read_about(known: Annotated[About, service(About)]) -> dict[str, Any]:
    """Version, places and database of this installation; `integrity` is what the weekly check of the file found."""
    return known.facts()


@router.get("/api/health/ready", dependencies=[needs("read")])
async def ready(sandbox: Annotated[SandboxState, service(SandboxState)]) -> Ready:
    """Answers once everything is open; until then the answer waits."""
    return Ready("ready", sandbox.last.tier if sandbox.last else None)
