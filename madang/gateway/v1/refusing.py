"""Our errors as OpenAI's clients know them: the status they expect, their names, the provider's own words."""

import math
from dataclasses import dataclass
from typing import Any

from madang.errors import BadRequest, MadangError
from madang.gateway import errors
from madang.guard.shapes import shape_of
from madang.redact import Redactor

_BAD_REQUEST = 400
_INTERNAL = "something went wrong inside; the log has it under this id"
# These are the caller's to mend, so they keep the provider's status, words and names.
_THEIRS = (errors.BadUpstreamRequest, errors.ContextTooLong, errors.ModelNotFound)
_CODES: dict[type[MadangError], str] = {
    errors.UnknownModel: "model_not_found",
    errors.ModelNotFound: "model_not_found",
    errors.ContextTooLong: "context_length_exceeded",
    errors.RateLimited: "rate_limit_exceeded",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error as it is sent: status, body and headers. `code` is ours."""

    status: int
    body: dict[str, Any]
    code: str
    headers: tuple[tuple[str, str], ...] = ()


def refusal_of(error: Exception, redactor: Redactor) -> Refusal:
    """Return what a client is told of an error. What nobody foresaw tells nothing about the inside."""
    if not isinstance(error, MadangError):
        return Refusal(500, shape_of(500, _INTERNAL, MadangError.code), MadangError.code)
    details = error.details
    status, message, kind, param = error.status, error.message, None, details.get("param")
    code = _CODES.get(type(error), error.code)
    if isinstance(error, _THEIRS):
        status = int(details.get("http_status", status))
        message = details.get("provider_message") or message
        kind, param = details.get("provider_type"), details.get("provider_param")
        code = details.get("provider_code") or code
    elif isinstance(error, BadRequest):
        status = _BAD_REQUEST
    elif isinstance(error, errors.UpstreamError) and (words := details.get("provider_message")):
        message = f"{message}: {words}"
    body = shape_of(status, redactor.clean(message), code, kind, param)
    return Refusal(status, body, error.code, tuple(_headers(error)))


def _headers(error: MadangError) -> list[tuple[str, str]]:
    """OpenAI's clients try again at every 429 and from 500 on; here only where that may help."""
    may_help = isinstance(error, errors.UpstreamError) and error.is_temporary
    told = [("x-madang-error", error.code), ("x-should-retry", "true" if may_help else "false")]
    if (seconds := error.details.get("retry_after_seconds")) is not None:
        # Whole seconds are what every client reads (RFC 9110, 10.2.3).
        told.append(("retry-after", str(math.ceil(seconds))))
    return told
