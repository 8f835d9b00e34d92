"""Addresses as rules see them: one spelling for each host and path, and none for what could be read in two ways."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from madang.permissions.matchers import DEFAULT_PORTS
from madang.permissions.types import UrlPattern

LONGEST_URL: Final = 8192
_LOCAL: Final = ("localhost", "local", "internal", "localdomain", "home.arpa", "lan", "intranet", "onion")


@dataclass(frozen=True, slots=True)
class Address:
    """A web address taken apart. `is_clear`: it can be read in one way only, so that a rule may allow it."""

    scheme: str
    host: str
    port: int
    segments: tuple[str, ...]
    is_clear: bool


def address(url: str) -> Address | None:
    """Take an address apart; None where it is none, or holds a user, a backslash or anything that is no ASCII."""
    if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        split = urlsplit(url)
        port = split.port or DEFAULT_PORTS.get(split.scheme)
    except ValueError:
        return None
    host = (split.hostname or "").rstrip(".")
    if port is None or not host or "@" in split.netloc or "%" in host:
        return None
    name = f"[{host}]" if ":" in host else host
    clear = not any(one in ("", ".", "..") for one in split.path.strip("/").split("/") if split.path.strip("/"))
    return Address(split.scheme, name, port, _segments(split.path), clear and _is_once(split.path))


def covers(pattern: UrlPattern, found: Address, allows: bool) -> bool:
    """Say whether a rule's pattern covers an address."""
    if allows and not found.is_clear:
        return False
    port = pattern.port if pattern.port is not None else DEFAULT_PORTS[pattern.scheme]
    same_host = found.host.endswith("." + pattern.host) if pattern.below else found.host == pattern.host
    return (
        same_host
        and (found.scheme, found.port) == (pattern.scheme, port)
        and found.segments[: len(pattern.segments)] == pattern.segments
    )


def is_inside(host: str) -> bool:
    """Say whether a host is this machine or a network that is not everybody's, as far as its name tells."""
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_global
    except ValueError:
        pass
    labels = host.split(".")
    # Systems read `0x7f.1` and `2130706433` as addresses; no public name ends so.
    if labels[-1].isdigit() or labels[-1].startswith("0x"):
        return True
    return len(labels) == 1 or any(host == name or host.endswith("." + name) for name in _LOCAL)


def hosts(host: str) -> Iterator[str]:
    """Yield a host and all above it."""
    labels = host.split(".")
    for place in range(len(labels)):
        yield ".".join(labels[place:])


def _segments(path: str) -> tuple[str, ...]:
    found: list[str] = []
    for part in unquote(path).split("/"):
        if part == "..":
            del found[-1:]
        elif part not in ("", "."):
            found.append(part)
    return tuple(found)


def _is_once(path: str) -> bool:
    """Say whether no escape hides a slash, a dot or another escape."""
    lower = path.lower()
    return not any(escape in lower for escape in ("%2f", "%2e", "%5c", "%25", "%00"))
