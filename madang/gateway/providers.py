"""Which address and which name a provider may have."""

from urllib.parse import urlsplit

from madang.gateway.addresses import is_loopback, is_near
from madang.gateway.errors import BadProvider
from madang.gateway.types import LOCAL_KINDS
from madang.ids import is_id

OPENAI_URL = "https://api.openai.com/v1"
BUILTIN = "builtin"
OPENAI = "openai"
ENVIRONMENT = "env"
_OWN_IDS = LOCAL_KINDS | {OPENAI, ENVIRONMENT}
_URL_LIMIT = 2000
_NAME_LIMIT = 200


def names_provider(model: str) -> bool:
    """Say whether a model's id begins with a provider of ours, so that no other provider may take it for a name."""
    provider_id, slash, _ = model.partition("/")
    return bool(slash) and (provider_id in _OWN_IDS or is_id(provider_id))


def checked_url(url: str, *, may_be_plain: bool = False) -> str:
    """Return a provider's address without a final slash. Raises `BadProvider`.

    Only `https` may leave this machine: over plain `http` everybody between could read the key and the prompt.
    With `may_be_plain` the person has said that this is right for a server in a private network.
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
    if parts.scheme == "http" and not is_loopback(url) and not (may_be_plain and is_near(url)):
        reason = "plain" if is_near(url) else "https"
        raise BadProvider("an address beyond this machine must begin with https", reason=reason)
    return url.strip().rstrip("/")


def checked_name(name: str) -> str:
    """Return a provider's name without spaces around it. Raises `BadProvider`."""
    name = name.strip()
    if not name or len(name) > _NAME_LIMIT or not name.isprintable():
        raise BadProvider("the name is empty, too long or cannot be shown", reason="name")
    return name
