"""What a program finds in its environment: this, and nothing of Madang's own."""

import os
import re

_ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+){0,2}")
_FIXED = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TERM": "dumb",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_PAGER": "cat",
    "PAGER": "cat",
    "NO_COLOR": "1",
}


def environment_of(private: str) -> dict[str, str]:
    """Return it whole; `private` is the folder that is the program's home for as long as it runs."""
    zone = os.environ.get("TZ", "")
    return {**_FIXED, "HOME": private, "TMPDIR": private, "TZ": zone if _ZONE.fullmatch(zone) else "UTC"}
