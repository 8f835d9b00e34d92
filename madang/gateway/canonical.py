"""The key of a kept answer: a hash over everything that may change what a model says."""

import base64
import binascii
import hashlib
import json
from typing import Any

import orjson

from madang.errors import BadRequest
from madang.gateway.messages import ImagePart, Message, Part
from madang.gateway.types import ChatRequest, Provider, RawRequest

FORMAT = 1
"""Counts up when the same request is to be asked anew, because what is kept has another form or meaning."""


def key_of(request: ChatRequest | RawRequest, provider: Provider, model: str) -> str:
    """Return 64 hexadecimal digits. Requests share them only where provider, address, model and all words are equal."""
    if isinstance(request, RawRequest):
        return hashlib.sha256(_raw(request, provider, model)).hexdigest()
    return hashlib.sha256(canonical(request, provider, model)).hexdigest()


def canonical(request: ChatRequest, provider: Provider, model: str) -> bytes:
    """Return a request as JSON that has one form only: sorted names, no spaces, ASCII, every parameter named."""
    content = {
        "format": FORMAT,
        "provider": provider.id,
        "base_url": provider.base_url.rstrip("/"),
        "model": model,
        "temperature": _number(request.temperature),
        "top_p": _number(request.top_p),
        "max_tokens": request.max_tokens,
        "seed": request.seed,
        "stop": list(request.stop),
        "reasoning_effort": request.reasoning_effort,
        "tools": [],
        "messages": [_message(message) for message in request.messages],
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False).encode("ascii")


def _raw(request: RawRequest, provider: Provider, model: str) -> bytes:
    """Return a request in OpenAI's own words with sorted names: whatever it holds may change the answer.

    Raises `BadRequest` where it cannot be written.
    """
    content = {
        "format": FORMAT,
        "provider": provider.id,
        "base_url": provider.base_url.rstrip("/"),
        "endpoint": request.endpoint,
        "model": model,
        # A limit may be told beside the body, which leaves its name to the provider.
        "max_tokens": request.max_tokens,
        "body": {name: value for name, value in request.body.items() if name != "model"},
    }
    try:
        return orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        # Read it was, but neither we nor a provider would get it written.
        raise BadRequest("the body is nested too deeply") from error


def _number(value: float | None) -> float | None:
    # 0 and 0.0 are one temperature, and so is -0.0.
    return None if value is None else float(value) + 0.0


def _message(message: Message) -> dict[str, Any]:
    content = message.content
    parts = content if isinstance(content, str) else [_part(part) for part in content]
    return {"role": message.role, "content": parts}


def _part(part: Part) -> dict[str, str]:
    if isinstance(part, ImagePart):
        return {"type": "image", "media_type": part.media_type, "sha256": _image_hash(part.data_base64)}
    return {"type": "text", "text": part.text}


def _image_hash(data_base64: str) -> str:
    """Hash the picture's bytes, or the text where it is no base64; the two never meet."""
    try:
        return hashlib.sha256(base64.b64decode(data_base64, validate=True)).hexdigest()
    except binascii.Error:
        return "text:" + hashlib.sha256(data_base64.encode(errors="surrogatepass")).hexdigest()
