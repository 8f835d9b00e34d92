"""How the secrets of sessions and tokens are kept and compared: as SHA-256, in constant time."""

import hashlib
import hmac


def hash_of(secret: str) -> str:
    """Return the SHA-256 of `secret` in hex. The secrets carry 256 random bits, so no salt is needed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def matches(secret: str, kept_hash: str) -> bool:
    """Say whether `secret` is the one whose hash was kept; takes the same time for every wrong one."""
    return hmac.compare_digest(hash_of(secret), kept_hash)
