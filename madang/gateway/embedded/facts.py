"""What this machine has, and whether that is enough. Measuring and judging are apart, so that judging is pure."""

import ctypes
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MEMORY_TO_FETCH_BYTES = 2_500_000_000
MEMORY_TO_START_BYTES = 1_500_000_000
_WINDOWS_AVX2 = 40  # PF_AVX2_INSTRUCTIONS_AVAILABLE
_PLATFORMS = {
    ("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "arm64"), ("darwin", "x86_64"), ("win32", "amd64"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What counts for the built-in model. Sizes in bytes; None where the system does not tell."""

    system: str
    machine: str
    python: str
    has_wheel: bool
    has_avx2: bool
    has_openmp: bool
    memory_bytes: int | None
    disk_bytes: int


def measure(folder: Path) -> Facts:
    """Look at this machine; `folder` tells which disk."""
    system, machine = sys.platform, platform.machine().lower()
    return Facts(
        system=system,
        machine=machine,
        python=f"{platform.python_implementation()} {platform.python_version()}",
        has_wheel=(system, machine) in _PLATFORMS and _has_usual_python(),
        has_avx2=machine not in {"x86_64", "amd64"} or _has_avx2(),
        has_openmp=system != "linux" or _has_library("libgomp.so.1"),
        memory_bytes=free_memory_bytes(),
        disk_bytes=shutil.disk_usage(next(path for path in (folder, *folder.parents) if path.exists())).free,
    )


def obstacle(facts: Facts, disk_needed_bytes: int) -> dict[str, Any] | None:
    """The first thing that keeps the built-in model from this machine, or None."""
    return (
        _lack_of_kind(facts)
        or _lack_of_memory(facts, MEMORY_TO_FETCH_BYTES)
        or disk_obstacle(facts.disk_bytes, disk_needed_bytes)
    )


def start_obstacle(facts: Facts) -> dict[str, Any] | None:
    """What keeps a model that is here from being started at this moment, or None."""
    return _lack_of_kind(facts) or _lack_of_memory(facts, MEMORY_TO_START_BYTES)


def disk_obstacle(disk_bytes: int, needed_bytes: int) -> dict[str, Any] | None:
    """What to say when the disk is too small, or None."""
    return _lack("disk", needed_bytes, disk_bytes) if disk_bytes < needed_bytes else None


def free_memory_bytes() -> int | None:
    """Memory that can be had without swapping, within the container's limit; the whole memory where only that is
    told."""
    if sys.platform == "linux":
        known = [value for value in (_meminfo_available(), _container_room()) if value is not None]
        return min(known, default=None)
    if sys.platform == "darwin":
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def _lack_of_kind(facts: Facts) -> dict[str, Any] | None:
    if not facts.has_wheel:
        needed = "CPython on Linux (glibc), macOS 13 or Windows, x86_64 or arm64"
        return _lack("platform", needed, f"{facts.python} {facts.system} {facts.machine}")
    if not facts.has_avx2:
        return _lack("cpu", "AVX2", facts.machine)
    if not facts.has_openmp:
        return _lack("library", "libgomp.so.1", None) | {"command": "apt install libgomp1"}
    return None


def _lack_of_memory(facts: Facts, needed_bytes: int) -> dict[str, Any] | None:
    if facts.memory_bytes is None or facts.memory_bytes >= needed_bytes:
        return None
    return _lack("memory", needed_bytes, facts.memory_bytes)


def _lack(reason: str, needed: str | int, found: str | int | None) -> dict[str, Any]:
    return {"reason": reason, "needed": needed, "found": found}


def _has_usual_python() -> bool:
    suffix = str(sysconfig.get_config_var("EXT_SUFFIX") or "")
    is_free_threaded = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    return platform.python_implementation() == "CPython" and not is_free_threaded and "musl" not in suffix


def _has_avx2() -> bool:
    if sys.platform == "linux":
        return " avx2 " in Path("/proc/cpuinfo").read_text(encoding="utf-8").replace("\n", " ")
    if sys.platform == "darwin":
        command = ("/usr/sbin/sysctl", "-n", "machdep.cpu.leaf7_features")
        return "AVX2" in subprocess.run(command, capture_output=True, text=True, check=False).stdout
    if sys.platform == "win32":
        return bool(ctypes.windll.kernel32.IsProcessorFeaturePresent(_WINDOWS_AVX2))
    return False


def _has_library(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _meminfo_available() -> int | None:
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _container_room() -> int | None:
    """What is left of a cgroup's memory; the file cache counts as free, since it gives way."""
    folder = Path("/sys/fs/cgroup")
    try:
        limit = int(folder.joinpath("memory.max").read_text(encoding="ascii"))
        used = int(folder.joinpath("memory.current").read_text(encoding="ascii"))
        statistics = dict(line.split() for line in folder.joinpath("memory.stat").read_text("ascii").splitlines())
    except (OSError, ValueError):
        return None
    return limit - used + int(statistics.get("inactive_file", 0))
