"""Speech and what was heard in it: what a program asks, and the form of its answers."""

from collections.abc import Mapping
from typing import Any

from madang.errors import BadRequest
from madang.gateway.embedded.errors import NoSound
from madang.gateway.gateway import Gateway
from madang.gateway.types import CacheMode, Endpoint, FinishReason, RawRequest, Receipt, Started
from madang.gateway.upload import boundary_of, upload_of
from madang.gateway.v1 import asking
from madang.guard.errors import WrongBody

ENDPOINTS: Mapping[str, Endpoint] = {
    "/v1/audio/speech": "audio/speech",
    "/v1/audio/transcriptions": "audio/transcriptions",
    "/v1/audio/translations": "audio/translations",
}
# OpenAI takes files of 25 MiB; the rest is for the fields around one.
_FORM_BYTES = 25 * 2**20 + 64 * 2**10
MOST_BYTES: Mapping[str, int] = {path: _FORM_BYTES for path in ENDPOINTS if path != "/v1/audio/speech"}


def request_of(endpoint: Endpoint, media_type: str | None, data: bytes, asked: asking.CacheWish) -> RawRequest:
    """Return a request about sound, of which nothing is kept. Raises `BadRequest`, and `WrongBody` for no form."""
    mode: CacheMode = "only" if asked == "only" else "off"
    if endpoint == "audio/speech":
        body = _spoken(asking.parsed(data))
        return RawRequest(_model(body), endpoint, body, len(data), 1, answers=0, is_streamed=True, cache=mode)
    if not (boundary := boundary_of(media_type)):
        raise WrongBody("the body must be multipart/form-data", wanted="multipart/form-data")
    upload = upload_of(data, boundary)
    body = dict(upload.fields)
    if body.get("stream", "false") != "false":
        raise BadRequest("what was heard comes whole here", param="stream")
    return RawRequest(_model(body), endpoint, body, len(data), 1, answers=0, cache=mode, upload=upload)


async def require_sound(gateway: Gateway, model: str) -> None:
    """Raise `NoSound` where the built-in model is asked, before it is brought here for nothing."""
    if (await gateway.resolve(model)).is_builtin:
        raise NoSound("the built-in model neither speaks nor listens; name one of a provider that does")


class AsSound:
    """An answer as it came; one that breaks off while it is handed on breaks off here as well."""

    def whole(self, body: bytes, started: Started, finish_reason: FinishReason, receipt: Receipt) -> bytes:
        return body

    def piece(self, data: bytes, started: Started) -> bytes:
        return data

    def end(self, finish_reason: FinishReason, receipt: Receipt) -> bytes:
        return b""

    def failure(self, body: dict[str, Any]) -> None:
        return None


def _spoken(body: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(body.get("input"), str) or not body["input"]:
        raise BadRequest("input must be a text", param="input")
    if body.get("stream_format") not in {None, "audio"}:
        raise BadRequest("speech comes as sound here, not as events", param="stream_format")
    return body


def _model(body: Mapping[str, Any]) -> str:
    if model := asking.named_model(body):
        return model
    raise BadRequest("model must be named", param="model")
