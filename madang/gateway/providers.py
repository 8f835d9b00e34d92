"""What a provider is, and which address may be one."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from madang.gateway.errors import BadProvider
from madang.gateway.upstream.target import is_loopback

ProviderKind = Literal["openai", "compatible", "builtin", "ollama", "lmstudio", "llamacpp", "vllm"]
ProviderSource = Literal["openai", "environment", "settings", "found", "builtin"]
LOCAL_KINDS: frozenset[ProviderKind] = frozenset({"builtin", "ollama", "lmstudio", "llamacpp", "vllm"})
OPENAI_URL = "https://api.openai.com/v1"
BUILTIN = "builtin"
OPENAI = "openai"
ENVIRONMENT = "env"
_URL_LIMIT = 2000
_NAME_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Provider:
    """Somebody who answers with models. The prices are those that the person entered, if any."""

    id: str
    name: str
    base_url: str
    kind: ProviderKind
    source: ProviderSource
    enabled: bool = True
    price_input_microusd_per_mtok: int | None = None
    price_output_microusd_per_mtok: int | None = None

    @property
    def is_local(self) -> bool:
        """Say whether what is sent there stays on this machine."""
        return self.kind == "builtin" or is_loopback(self.base_url)

    @property
    def is_free(self) -> bool:
        """Say whether nobody is paid. A server on this machine may well pass requests on to one who is."""
        return self.kind in LOCAL_KINDS

    @property
    def key_name(self) -> str:
        """Return the name of its key among the secrets."""
        return f"provider:{self.id}"


def checked_url(url: str) -> str:
    """Return a provider's address without a final slash. Raises `BadProvider`.

    Only `https` may leave this machine: over plain `http` everybody between could read the key and the prompt.
    """
    try:
        parts = urlsplit(url.strip())
        _ = parts.port
    except ValueError:
        raise BadProvider("the address is not a URL", reason="url") from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(url) > _URL_LIMIT or not url.isprintable():
        raise BadProvider("the address is not an http or https URL", reason="url")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise BadProvider("the address may hold no key, question mark or number sign", reason="parts")
    if parts.scheme == "http" and not is_loopback(url):
        raise BadProvider("an address beyond this machine must begin with https", reason="https")
    return url.strip().rstrip("/")


def checked_name(name: str) -> str:
    """Return a provider's name without spaces around it. Raises `BadProvider`."""
    name = name.strip()
    if not name or len(name) > _NAME_LIMIT or not name.isprintable():
        raise BadProvider("the name is empty, too long or cannot be shown", reason="name")
    return name
