"""What this machine is doing: processor, memory, disk, and the processes that are Madang's own."""

import os
import platform
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

from madang import __version__


@dataclass(frozen=True, slots=True)
class Processor:
    """`percent` is of all of it, since it was last asked about; `load` the mean of the last minute, where known."""

    name: str
    count: int
    percent: float
    load: float | None


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes in all, and how many are left to use."""

    total_bytes: int
    available_bytes: int


@dataclass(frozen=True, slots=True)
class OwnProcess:
    """A process of Madang's: the server itself, or what it started. `seconds` is how long it has run."""

    pid: int
    name: str
    is_server: bool
    memory_bytes: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine as it is at this moment; `disk` is the one with the data folder."""

    system: str
    processor: Processor
    memory: Space
    disk: Space
    processes: list[OwnProcess]
    versions: dict[str, str]


def look(data_dir: Path) -> Machine:
    """Look at the machine. Takes some milliseconds and blocks: call it in a thread."""
    import psutil

    memory, disk = psutil.virtual_memory(), psutil.disk_usage(str(data_dir))
    return Machine(
        f"{platform.system()} {platform.release()}",
        _processor(),
        Space(memory.total, memory.available),
        Space(disk.total, disk.free),
        _processes(),
        {"madang": __version__, "python": platform.python_version(), "sqlite": sqlite3.sqlite_version},
    )


def _processor() -> Processor:
    import psutil

    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return Processor(platform.machine(), psutil.cpu_count() or 1, psutil.cpu_percent(), load)


def _processes() -> list[OwnProcess]:
    import psutil

    me = psutil.Process()
    found = []
    for process in (me, *me.children(recursive=True)):
        # One that ends while it is looked at is no longer ours.
        try:
            with process.oneshot():
                seconds = max(0, int(time.time() - process.create_time()))
                memory_bytes = process.memory_info().rss
                found.append(OwnProcess(process.pid, process.name(), process.pid == me.pid, memory_bytes, seconds))
        except psutil.Error:
            continue
    return found
