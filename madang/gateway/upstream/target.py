"""Where a request goes, and what comes at the very end of a whole answer."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from madang.gateway.types import FinishReason, Usage


@dataclass(frozen=True, slots=True)
class Target:
    """One model at one provider. `base_url` ends before `/chat/completions`; the key is never printed."""

    provider: str
    model: str
    base_url: str
    key: str | None = field(default=None, repr=False)

    @property
    def is_loopback(self) -> bool:
        """Say whether the provider runs on this machine."""
        return is_loopback(self.base_url)

    def url(self, path: str) -> str:
        """Return the address of an endpoint such as `models`."""
        return f"{self.base_url.rstrip('/')}/{path}"

    def headers(self, accept: str) -> dict[str, str]:
        """Return what every request carries. Compressed answers are not asked for, so none can unfold without end."""
        headers = {"Accept": accept, "Accept-Encoding": "identity", "User-Agent": "Madang"}
        return headers | ({"Authorization": f"Bearer {self.key}"} if self.key else {})


@dataclass(frozen=True, slots=True)
class Ended:
    """The provider said why the model stopped: the answer is whole."""

    finish_reason: FinishReason
    usage: Usage


def is_loopback(url: str) -> bool:
    """Say whether an address can only lead to this machine."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def port_of(url: str) -> int:
    """Return the port an address leads to."""
    parts = urlsplit(url)
    return parts.port or (443 if parts.scheme == "https" else 80)
