"""The shape of an error: ours everywhere, and OpenAI's below `/v1`, where its clients come from."""

from typing import Any

from madang.errors import MadangError

_KINDS = {401: "authentication_error", 402: "insufficient_quota", 403: "permission_error", 429: "rate_limit_error"}
# What OpenAI calls the same thing, since its clients compare with that.
_CODES = {"not_signed_in": "invalid_api_key", "guard.wrong_credential": "invalid_api_key"}


def is_openai(path: str) -> bool:
    """Say whether an address belongs to the part that speaks as OpenAI does."""
    return path.startswith("/v1/") or path == "/v1"


def body_of(error: MadangError, number: str, path: str) -> dict[str, Any]:
    """Return what is answered for `error` at `path`; `number` is the id that the log has as well."""
    if is_openai(path):
        return shape_of(error.status, error.message, _CODES.get(error.code, error.code))
    return {"error": {"code": error.code, "message": error.message, "details": error.details, "id": number}}


def shape_of(status: int, message: str, code: str, kind: str | None = None, param: str | None = None) -> dict[str, Any]:
    """Return an error as OpenAI's clients read it. `kind` is its `type`, by the status where there is none."""
    usual = _KINDS.get(status) or ("server_error" if status >= 500 else "invalid_request_error")
    return {"error": {"message": message, "type": kind or usual, "param": param, "code": code}}
