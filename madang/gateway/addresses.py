"""Where an address leads, as far as it says so itself: nothing is looked up."""

from functools import lru_cache
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

# What routers keep at home; 100.64.0.0/10 is what overlay networks give out.
_PRIVATE = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")))
_PRIVATE_NAMES = (".local", ".lan", ".internal", ".home.arpa")


@lru_cache(maxsize=256)
def is_loopback(url: str) -> bool:
    """Say whether an address can only lead to this machine."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=256)
def is_near(url: str) -> bool:
    """Say whether an address leads into a private network: by its numbers, or by a name that no public server has."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return any(ip_address(host) in network for network in _PRIVATE if network.version == ip_address(host).version)
    except ValueError:
        return "." not in host or host.endswith(_PRIVATE_NAMES)


def port_of(url: str) -> int:
    """Return the port an address leads to."""
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)
