"""`python -m soak.writer`: eight readers and writers on one SQLite file for minutes, and who writes to it.

For the first seconds the system's calls are traced, where strace is at hand: everything that goes into the file and
its log comes from one thread, which holds the one writing connection, so no two connections ever checkpoint.
"""

import argparse
import asyncio
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import func, insert, select, update

from madang.db.database import Database
from madang.db.schema import meta
from tests.support.server import ROOT

READERS, WRITERS = 8, 3
TRACED_SECONDS = 30
_WRITE = re.compile(r"^(\d+) .*(?:pwrite64|write|ftruncate|fallocate)\(\d+<[^>]*madang\.sqlite3(?:-wal)?>")


async def stress(path: Path, seconds: float) -> tuple[int, int]:
    """Read and write for so long; return how many times each. Raises where a reader sees half of a write."""
    database = Database.open(path)
    await database.start()
    until = time.monotonic() + seconds
    reads, writes = 0, 0

    async def read() -> None:
        nonlocal reads
        while time.monotonic() < until:
            async with database.read() as transaction:
                values = (await transaction.execute(select(func.count(func.distinct(meta.c.value))))).scalar_one()
            if values > 1:
                raise AssertionError(f"a reader saw {values} writes at once")
            reads += 1

    async def write(name: int) -> None:
        nonlocal writes
        while time.monotonic() < until:
            async with database.write(durable=writes % 4 == 0) as transaction:
                # Long values, so that the log is full and checkpointed often.
                await transaction.execute(update(meta).values(value=f"{name} {writes} " + "가" * 5000))
            writes += 1

    async with database.write() as transaction:
        for number in range(20):
            await transaction.execute(insert(meta).values(key=f"{number}", value="0"))
    await asyncio.gather(*(read() for _ in range(READERS)), *(write(name) for name in range(WRITERS)))
    await database.stop()
    return reads, writes


def traced(path: Path) -> set[str] | None:
    """Stress a file in a process whose calls are traced; return the threads that wrote, None without strace."""
    strace = shutil.which("strace")
    if strace is None:
        return None
    path.parent.mkdir()
    log = path.with_suffix(".strace")
    calls = "trace=pwrite64,write,ftruncate,fallocate"
    own = [sys.executable, "-m", "soak.writer", "--child", str(path), "--minutes", str(TRACED_SECONDS / 60)]
    subprocess.run([strace, "-f", "-y", "-e", calls, "-o", str(log), *own], cwd=ROOT, check=True)
    return {found[1] for line in log.read_text(errors="replace").splitlines() if (found := _WRITE.match(line))}


def main(minutes: float) -> int:
    """Trace for a moment, stress for `minutes`, check the file; 0 where one thread wrote and the file is whole."""
    with tempfile.TemporaryDirectory(prefix="madang-writer-") as folder:
        threads = traced(Path(folder) / "traced" / "madang.sqlite3")
        print("not traced: no strace" if threads is None else f"threads that wrote: {len(threads)}", flush=True)
        path = Path(folder) / "madang.sqlite3"
        reads, writes = asyncio.run(stress(path, minutes * 60))
        with closing(sqlite3.connect(path)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchall()
        print(f"{minutes:g} minutes: {reads} reads, {writes} writes, integrity: {found[0][0]}")
        return int(found != [("ok",)] or (threads is not None and len(threads) != 1))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m soak.writer", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        asyncio.run(stress(options.child, options.minutes * 60))
        sys.exit(0)
    sys.exit(main(options.minutes))
