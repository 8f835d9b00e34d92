"""Where a request goes, and what comes back besides words: each asking, each failure that passes, the end."""

from dataclasses import dataclass, field

from madang.gateway.addresses import is_loopback
from madang.gateway.errors import UpstreamError
from madang.gateway.types import FinishReason, Tier, Usage, Waiting


@dataclass(frozen=True, slots=True)
class Target:
    """One model at one provider. `base_url` ends before `/chat/completions`; the key is never printed.

    Where it does not call tools by itself, it is asked to write what it would call.
    """

    provider: str
    model: str
    base_url: str
    key: str | None = field(default=None, repr=False)
    calls_tools: bool = True

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
class Asked:
    """From here on the provider may work, and charge: it is asked for the `attempt`-th time."""

    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry(Waiting):
    """An attempt ended with `error` before its first word, and another one follows this wait."""

    error: UpstreamError


@dataclass(frozen=True, slots=True)
class Ended:
    """The provider said why the model stopped: the answer is whole. `tier` is the one it says it answered in."""

    finish_reason: FinishReason
    usage: Usage
    tier: Tier | None = None
