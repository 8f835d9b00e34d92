"""A program that is ready to run, and how a run of it ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from madang.system.types import Limits, Tier

How = Literal["ended", "timed_out", "memory"]


@dataclass(frozen=True, slots=True)
class Ground:
    """What the box of a program holds.

    `folder` is the opened folder, `cwd` the place within it and `cwd_object` its device and inode: the program runs in
    that very folder or not at all. `closed` are paths within that cannot be changed where the tier can say so.
    """

    folder: str
    writable: bool
    cwd: str
    cwd_object: tuple[int, int]
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """A program and its words, where it runs, what holds it and what it may use."""

    program: str
    argv: tuple[str, ...]
    ground: Ground
    tier: Tier
    limits: Limits = field(default_factory=Limits)
    stdin: bytes = b""


@dataclass(frozen=True, slots=True)
class Printed:
    """What is kept of a stream: its beginning, how many bytes were left out, and its end."""

    head: str
    skipped_bytes: int
    tail: str
    total_bytes: int


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended: by itself, by the clock, or because it took too much memory.

    `exit_code` is None where a signal ended it, whose number is `signal` then. `left_over` counts the processes that
    went on after it and were ended.
    """

    how: How
    exit_code: int | None
    signal: int | None
    left_over: int
    printed: Mapping[str, Printed]
