"""The way to a provider and back: one HTTP client, strict about what a model's answer is."""

from madang.gateway.upstream.client import Upstream
from madang.gateway.upstream.limits import Limits
from madang.gateway.upstream.target import Asked, Ended, Retry, Target

__all__ = ["Asked", "Ended", "Limits", "Retry", "Target", "Upstream"]
