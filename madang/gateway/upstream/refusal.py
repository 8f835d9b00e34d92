"""A provider's error answer, turned into ours: by status, then by what its body says."""

import re
from typing import Any

import orjson

from madang.gateway import errors
from madang.gateway.errors import UpstreamError

_QUOTA = re.compile(
    r"insufficient_quota|exceeded your current quota|billing|credit balance|insufficient (funds|bal)", re.I
)
_CONTEXT = re.compile(
    r"context_length_exceeded|context (length|window|size)|maximum context|too many tokens|prompt is too long", re.I
)
_KEY = re.compile(r"api[ _-]?key not valid|invalid[ _]api[ _-]?key|incorrect api key|api_key_invalid", re.I)
_MODEL = re.compile(r"model", re.I)


def error_object(body: bytes) -> dict[str, Any]:
    """Return the error in a refusal's body as `{message, code, type, param}` as far as it has them."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    inner = data.get("error", data) if isinstance(data, dict) else data
    if isinstance(inner, dict):
        return inner if "message" in inner else {**inner, "message": str(inner.get("detail", ""))}
    return {"message": inner} if isinstance(inner, str) else {}


def refusal(status: int, error: dict[str, Any], should_retry: str | None, **details: Any) -> UpstreamError:
    """Return the error of ours that a status and body mean. `should_retry` is the provider's `x-should-retry`."""
    words = f"{error.get('code')} {error.get('type')} {error.get('message')}"
    kind = _kind(status, words, has_error=bool(error))
    found = kind(f"the provider answered {status}", http_status=status, **details)
    if should_retry in {"true", "false"}:
        found.is_temporary = should_retry == "true"
    return found


def _kind(status: int, words: str, *, has_error: bool) -> type[UpstreamError]:
    if status == 402 or (status in {400, 403, 429} and _QUOTA.search(words)):
        return errors.NoCredit
    if status == 401 or (status in {400, 403} and _KEY.search(words)):
        return errors.WrongKey
    if status == 413 or (status in {400, 422} and _CONTEXT.search(words)):
        return errors.ContextTooLong
    if status == 404:
        # An address that has no such page answers 404 as well, without speaking of a model.
        return errors.ModelNotFound if has_error and _MODEL.search(words) else errors.NotAnAnswer
    return _by_status(status)


def _by_status(status: int) -> type[UpstreamError]:
    if status == 403:
        return errors.NotPermitted
    if status == 429:
        return errors.RateLimited
    if status in {503, 529}:
        return errors.Overloaded
    if status >= 500 or status in {408, 409}:
        return errors.UpstreamFailed
    return errors.BadUpstreamRequest if status >= 400 else errors.NotAnAnswer
