"""A request in OpenAI's words, without what this provider is known to refuse."""

import re
from typing import Any

import orjson

from madang.gateway.messages import ImagePart, Message, Part
from madang.gateway.types import ChatRequest, RawRequest

# Models that reason count their thinking against this name and refuse the older one.
_RENAMED = "max_completion_tokens"
_OPTIONAL = ("temperature", "top_p", "max_tokens", "seed", "stop", "reasoning_effort", "service_tier", "stream_options")
_REFUSED = re.compile(r"unsupported|unrecogni[sz]ed|not support|unknown|not permitted|unexpected|extra inputs", re.I)
# A provider names the tier or the parameter: "Flex is not available for this model."
_TIER_REFUSED = re.compile(r"\bflex\b|service[ _]tier", re.IGNORECASE)


def raw_payload(request: RawRequest, model: str, refused: frozenset[str]) -> bytes:
    """Return the body as it came, with the provider's name of the model and what the gateway itself needs.

    That is the usage of a stream, and the limit of an answer where only a cap set one; `refused` tells how.
    """
    body: dict[str, Any] = {**request.body, "model": model}
    if request.is_streamed and not ("stream_options" in refused and "stream_options" not in request.body):
        body["stream_options"] = {**(body.get("stream_options") or {}), "include_usage": True}
    if (
        request.answers
        and request.max_tokens is not None
        and all(body.get(name) is None for name in ("max_tokens", _RENAMED))
    ):
        body[_RENAMED if "max_tokens" in refused else "max_tokens"] = request.max_tokens
    return orjson.dumps(body)


def payload(request: ChatRequest, model: str, refused: frozenset[str]) -> bytes:
    """Return the body to send: always streamed, with usage asked for. Leaves out the names in `refused`.

    A refused `max_tokens` is sent as `max_completion_tokens`. The limit itself is never left out: what a call may
    cost is reckoned with it.
    """
    options = {name: value for name, value in _options(request).items() if name not in refused}
    if "max_tokens" in refused and request.max_tokens is not None:
        options[_RENAMED] = request.max_tokens
    messages = [_message(message) for message in request.messages]
    return orjson.dumps({"model": model, "messages": messages, "stream": True, **options})


def refused_parameter(body: bytes, status: int, error: dict[str, Any], refused: frozenset[str]) -> str | None:
    """Return the name of a parameter that was sent in `body` and that a 400 or 422 says is not supported at all."""
    words = f"{error.get('code')} {error.get('type')} {error.get('message')}"
    if status not in {400, 422}:
        return None
    sent = orjson.loads(body)
    names = [name for name in _OPTIONAL if name in sent and name not in refused]
    if "service_tier" in names and _TIER_REFUSED.search(f"{words} {error.get('param')}"):
        return "service_tier"
    if not _REFUSED.search(words):
        return None
    if error.get("param") in names:
        return str(error["param"])
    return next((name for name in names if re.search(rf"\b{name}\b", words)), None)


def _options(request: ChatRequest) -> dict[str, Any]:
    options = {
        "temperature": request.temperature,
        "top_p": request.top_p,
        "max_tokens": request.max_tokens,
        "seed": request.seed,
        "stop": list(request.stop) or None,
        "reasoning_effort": request.reasoning_effort,
        "service_tier": request.tier,
        "stream_options": {"include_usage": True},
    }
    return {name: value for name, value in options.items() if value is not None}


def _message(message: Message) -> dict[str, Any]:
    content = message.content
    if isinstance(content, str):
        return {"role": message.role, "content": content}
    return {"role": message.role, "content": [_part(part) for part in content]}


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, ImagePart):
        url = f"data:{part.media_type};base64,{part.data_base64}"
        return {"type": "image_url", "image_url": {"url": url}}
    return {"type": "text", "text": part.text}
