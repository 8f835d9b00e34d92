"""The rules of the machine: a file that only root can have written, or none."""

import os
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Ignored = Literal["not_roots", "no_file"]


@dataclass(frozen=True, slots=True)
class MachineRules:
    """The lines of the file, `ignored` where somebody else than root could have written it.

    A line that is no rule counts as the denial that its reader makes of it; so does a file that cannot be read.
    """

    lines: tuple[str, ...] = ()
    ignored: Ignored | None = None


def read_machine_rules(path: Path, owner: int = 0) -> MachineRules:
    """Read `rules = ["deny fetch(*)", …]` from a file of `owner`'s, in whose folder nobody else can put another."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0))
    except FileNotFoundError:
        return MachineRules()
    except OSError:
        return MachineRules((str(path),))
    with os.fdopen(descriptor, "rb") as file:
        if not (
            _is_owned(os.fstat(descriptor), owner, stat.S_ISREG) and _is_owned(path.parent.stat(), owner, stat.S_ISDIR)
        ):
            return MachineRules(ignored="not_roots")
        return MachineRules(_lines(file.read(), path))


def _is_owned(found: os.stat_result, owner: int, is_kind: object) -> bool:
    return callable(is_kind) and is_kind(found.st_mode) and found.st_uid == owner and not found.st_mode & 0o022


def _lines(content: bytes, path: Path) -> tuple[str, ...]:
    try:
        rules = tomllib.loads(content.decode()).get("rules", [])
    except (ValueError, RecursionError):
        # No rule has this form, so it denies everything until somebody mends the file.
        return (str(path),)
    return tuple(str(one) for one in rules) if isinstance(rules, list) else (str(path),)
