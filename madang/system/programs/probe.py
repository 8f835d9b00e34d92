"""Which sandbox this machine really has: each tier is put up and attacked from within; versions say nothing."""

import asyncio
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from madang.errors import MadangError
from madang.system.programs.runner import Runner
from madang.system.programs.types import Command, Ground
from madang.system.types import Limits, Tier

Gap = Literal[
    "kernel_faults", "interpreters", "outside_metadata", "process_names", "daemons", "many_processes", "everything"
]
"""What a tier does not stop; the page has a sentence for each."""
GAPS: dict[Tier, tuple[Gap, ...]] = {
    3: ("kernel_faults", "interpreters"),
    2: ("kernel_faults", "interpreters", "outside_metadata", "process_names"),
    1: ("kernel_faults", "interpreters", "outside_metadata", "process_names", "daemons", "many_processes"),
    0: ("everything",),
}
# What must not be possible in a tier for it to be called that one.
STOPPED: dict[Tier, frozenset[str]] = {
    3: frozenset({"reads_outside", "writes_outside", "changes_outside", "network", "sees_processes", "outlives"}),
    2: frozenset({"reads_outside", "writes_outside", "network", "sees_processes", "outlives"}),
    1: frozenset({"reads_outside", "writes_outside", "network", "sees_processes"}),
}
MACOS_STOPPED = STOPPED[1]
Facts = Mapping[str, bool]
Trial = Callable[[Tier], Awaitable[Facts]]
_LIMITS = Limits(wall_s=20, cpu_s=10, output_bytes=8192)


@dataclass(frozen=True, slots=True)
class TierReport:
    """Whether a tier works here; `why` says what failed: a fact that was possible, or the box's own words."""

    tier: Tier
    works: bool
    why: str
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class SandboxReport:
    """The best tier that works, what it does not stop, and how every tier did, the best first."""

    tier: Tier
    gaps: tuple[Gap, ...]
    tiers: tuple[TierReport, ...]


async def probe(trial: Trial, system: str = sys.platform) -> SandboxReport:
    """Try every tier that this kind of system can have."""
    tried = [await _try(tier, trial, system) for tier in _possible(system)]
    reports = (*tried, TierReport(0, True, "", GAPS[0]))
    best = next(report for report in reports if report.works)
    return SandboxReport(best.tier, best.gaps, reports)


def _possible(system: str) -> tuple[Tier, ...]:
    if system == "linux":
        return (3, 2, 1)
    return (2,) if system == "darwin" else ()


async def _try(tier: Tier, trial: Trial, system: str) -> TierReport:
    try:
        facts = await trial(tier)
    except (MadangError, OSError, ValueError) as error:
        why = error.details.get("why", error.code) if isinstance(error, MadangError) else str(error)
        return TierReport(tier, False, str(why)[:300], GAPS[tier])
    # macOS has no namespaces: its profile stops what the rules of Linux's kernel stop, and no more.
    stopped = MACOS_STOPPED if system == "darwin" else STOPPED[tier]
    leaks = sorted(fact for fact in stopped if facts.get(fact, True))
    if not facts.get("writes_inside"):
        leaks.append("cannot_write_inside")
    return TierReport(tier, not leaks, ",".join(leaks), GAPS[1] if system == "darwin" else GAPS[tier])


def real_trial(runner: Runner) -> Trial:
    """Return a trial that runs the check in this machine's box of a tier."""
    return partial(_run_check, runner)


async def _run_check(runner: Runner, tier: Tier) -> Facts:
    place = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="madang-probe-"))
    try:
        command = await asyncio.to_thread(_check_in, place, tier)
        ended = await runner.run(command, lambda _kind, _facts: None)
        facts: dict[str, bool] = json.loads(ended.printed["stdout"].head)
        return facts
    finally:
        await asyncio.to_thread(shutil.rmtree, place, True)


def _check_in(place: Path, tier: Tier) -> Command:
    folder, outside = place / "folder", place / "outside"
    folder.mkdir()
    outside.write_text("not for programs")
    shutil.copyfile(Path(__file__).with_name("check.py"), folder / "check.py")
    found, python = folder.stat(), os.path.realpath(sys.executable)
    ground = Ground(str(folder), True, str(folder), (found.st_dev, found.st_ino))
    argv = (python, "-I", "-S", "check.py", str(outside), str(os.getpid()))
    return Command(python, argv, ground, tier, _LIMITS)
