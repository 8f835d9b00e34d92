"""What a write would change, as a person reads it: a unified diff, bounded. Pure."""

import difflib
from typing import Any

from madang.system.files.looking import is_text

MOST_SHOWN_BYTES = 256 << 10
MOST_LINES = 2000
_CONTEXT = 3


def preview_of(before: bytes | None, after: bytes, path: str) -> dict[str, Any]:
    """Return what a dialog shows: `diff`, or None with `why`: `binary` or `large`. `before` None: the file is made."""
    facts: dict[str, Any] = {"makes": before is None, "size_bytes": len(after), "diff": None, "why": None}
    old = before or b""
    if not is_text(old) or not is_text(after):
        return facts | {"why": "binary"}
    if max(len(old), len(after)) > MOST_SHOWN_BYTES:
        return facts | {"why": "large"}
    return facts | {"diff": "".join(_diff(_split(old), _split(after), path))}


def _split(content: bytes) -> list[str]:
    # Only a line feed ends a line: other ends would hide what is in a line.
    return [f"{line}\n" for line in content.decode(errors="replace").split("\n")] if content else []


def _diff(old: list[str], new: list[str], path: str) -> list[str]:
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    changed_old, changed_new = old[head : len(old) - tail], new[head : len(new) - tail]
    if max(len(changed_old), len(changed_new)) <= MOST_LINES:
        return list(difflib.unified_diff(old, new, f"a/{path}", f"b/{path}", n=_CONTEXT))
    # Comparing so many lines takes too long: all that is between what is alike is shown as replaced.
    start = f"@@ -{head + 1},{len(changed_old)} +{head + 1},{len(changed_new)} @@\n"
    lines = [f"-{line}" for line in changed_old] + [f"+{line}" for line in changed_new]
    return [f"--- a/{path}\n", f"+++ b/{path}\n", start, *lines]


def _alike(old: list[str], new: list[str]) -> int:
    """Count the lines that are the same from the start."""
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count
