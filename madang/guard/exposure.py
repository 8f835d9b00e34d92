"""Who can reach this server, said before it starts; refused where that would be the network without protection."""

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from madang.config import Settings
from madang.guard.errors import Exposed


@dataclass(frozen=True, slots=True)
class Exposure:
    """From where the server can be reached, under which other names, and whether a password opens it."""

    host: str
    is_loopback: bool
    origins: tuple[str, ...]
    has_password: bool


def is_loopback(host: str) -> bool:
    """Say whether only this machine reaches `host`. A name other than localhost counts as reachable by others."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def exposure_of(settings: Settings) -> Exposure:
    """Return who can reach a server with these settings.

    Raises `Exposed` where others could and no password is set, no name is given that they may use, or what they send
    could be read on the way.
    """
    has_password = settings.password is not None or settings.password_file is not None
    exposure = Exposure(settings.host, is_loopback(settings.host), settings.allowed_origins, has_password)
    if not exposure.is_loopback:
        if missing := _missing(exposure):
            raise Exposed(
                f"MADANG_HOST={settings.host} lets other machines in; set {' and '.join(missing)} as well",
                host=settings.host,
                missing=missing,
            )
        if readable := [origin for origin in exposure.origins if _is_readable(origin)]:
            raise Exposed(
                f"what goes to {readable[0]} can be read on the way; name an https address, which a proxy in front of "
                "Madang answers",
                host=settings.host,
                readable=readable,
            )
    return exposure


def _missing(exposure: Exposure) -> list[str]:
    needed = {"MADANG_PASSWORD": exposure.has_password, "MADANG_ALLOWED_ORIGINS": bool(exposure.origins)}
    return [name for name, is_given in needed.items() if not is_given]


def _is_readable(origin: str) -> bool:
    """Say whether others use this name without TLS. A container whose port is published on this machine alone is
    reached by a name of this machine."""
    return origin.startswith("http://") and not is_loopback(urlsplit(origin).hostname or "")
