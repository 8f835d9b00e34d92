"""Which model, and which instead: pure decisions over names, prices and places."""

import re
from collections.abc import Sequence

from madang.gateway.errors import BadUpstreamRequest, ContextTooLong, CutShort, GatewayError
from madang.gateway.types import Caller, ModelInfo, Request

# Small general models by name, the most fitting first.
_SMALL = (
    re.compile(r"^(openai/)?gpt-[\d.]+-mini$"),
    re.compile(r"^(openai/)?gpt-4o-mini$"),
    re.compile(r"(^|[-/:._])(mini|small|flash|haiku|lite|nano|luna)([-/:._]|$)"),
)
_NOT_CHAT = re.compile(
    r"embed|whisper|tts|transcri|translat|dall-e|image|moderation|realtime|audio|live|speech|rerank|search|davinci|babbage"
    r"|sora|video|guard|instruct-0914|codex|cyber|decisions|bge-|e5-|clip",
    re.IGNORECASE,
)
_EMBEDS = re.compile(r"embed|bge-|(^|[/-])e5-|gte-", re.IGNORECASE)
_SEES = re.compile(
    r"gpt-4o|gpt-4\.1|gpt-[5-9]|(^|/)o[134](-|$)|claude|gemini|llava|vision|[-_.:]vl|vl[-_.:]|pixtral|gemma-?[34]|llama-?4"
    r"|minicpm-v|moondream|mistral-(small|medium)",
    re.IGNORECASE,
)
_REASONS = re.compile(
    r"(^|/)o[134](-|$)|gpt-[5-9]|gpt-oss|deepseek-r|reason|think|qwq|magistral|qwen-?3|glm-[45]|kimi-k2", re.IGNORECASE
)


def is_chat(name: str) -> bool:
    """Say whether a model of this name can be talked to, as far as a name tells."""
    return not _NOT_CHAT.search(name)


def gives_vectors(name: str) -> bool:
    """Say whether a model of this name turns a text into a vector, as far as a name tells."""
    return bool(_EMBEDS.search(name))


def sees_images(name: str) -> bool:
    """Say whether a model of this name is known to read pictures."""
    return bool(_SEES.search(name))


def reasons(name: str) -> bool:
    """Say whether a model of this name is known to think before it answers."""
    return bool(_REASONS.search(name))


def small_general(models: Sequence[ModelInfo]) -> ModelInfo | None:
    """Return the provider's small general model, or its first one where none is small; `None` for no models.

    Among names of one form the highest version is taken, as providers keep the price of a form.
    """
    for form in _SMALL:
        if fitting := [model for model in models if form.search(model.name)]:
            return max(fitting, key=_version)
    return models[0] if models else None


def may_stand_in(model: ModelInfo, other: ModelInfo, has_consent: bool) -> bool:
    """Say whether `other` may answer instead of `model` without being asked for.

    Without consent nothing leaves the machine that would not have left it, and nothing gets dearer; an unknown price
    counts as dearer than any.
    """
    if has_consent:
        return True
    if model.is_local and not other.is_local:
        return False
    if other.is_free:
        return True
    if model.is_free or model.price is None or other.price is None:
        return False
    return (
        other.price.input_microusd_per_mtok <= model.price.input_microusd_per_mtok
        and other.price.output_microusd_per_mtok <= model.price.output_microusd_per_mtok
    )


def _version(model: ModelInfo) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", model.name)[:3])


def may_ask(caller: Caller, model: ModelInfo) -> bool:
    """Say whether this caller may ask this model."""
    return caller.models is None or model.id in caller.models


def may_pass_on(request: Request, error: GatewayError) -> bool:
    """Say whether another model might answer: not where the answer has begun, nor where the request is at fault.

    Nor where vectors are asked for: those of different models say nothing to each other.
    """
    return request.answers > 0 and not isinstance(error, CutShort | BadUpstreamRequest | ContextTooLong)
