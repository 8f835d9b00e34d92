"""Who can reach this server, said before it starts; refused where that would be the network without protection."""

from dataclasses import dataclass
from ipaddress import ip_address

from madang.config import Settings
from madang.guard.errors import Exposed


@dataclass(frozen=True, slots=True)
class Exposure:
    """From where the server can be reached, under which other names, and whether a password opens it."""

    host: str
    is_loopback: bool
    origins: tuple[str, ...]
    has_password: bool

    @property
    def is_readable_on_the_way(self) -> bool:
        """Whether others use a name without TLS, so that what is sent can be read between them and this machine."""
        return not self.is_loopback and any(origin.startswith("http://") for origin in self.origins)


def is_loopback(host: str) -> bool:
    """Say whether only this machine reaches `host`. A name other than localhost counts as reachable by others."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def exposure_of(settings: Settings) -> Exposure:
    """Return who can reach a server with these settings.

    Raises `Exposed` where others could and no password is set, or no name is given that they may use.
    """
    has_password = settings.password is not None or settings.password_file is not None
    exposure = Exposure(settings.host, is_loopback(settings.host), settings.allowed_origins, has_password)
    if not exposure.is_loopback:
        missing = [
            name
            for name, is_given in (("MADANG_PASSWORD", has_password), ("MADANG_ALLOWED_ORIGINS", exposure.origins))
            if not is_given
        ]
        if missing:
            raise Exposed(
                f"MADANG_HOST={settings.host} lets other machines in; set {' and '.join(missing)} as well",
                host=settings.host,
                missing=missing,
            )
    return exposure
