"""The models as OpenAI lists them."""

from typing import Any

from madang.errors import named
from madang.gateway.errors import UnknownModel
from madang.gateway.gateway import Gateway
from madang.gateway.types import ModelInfo
from madang.gateway.v1.asking import AUTO
from madang.gateway.vectors import Vectors

_AUTO = {"id": AUTO, "object": "model", "created": 0, "owned_by": "madang"}
Allowed = frozenset[str] | None
"""The ids of the only models that a token may ask; `None` is any."""


async def listed(gateway: Gateway, vectors: Vectors, allowed: Allowed) -> dict[str, Any]:
    """Return every model that can be asked at the moment, and the name that leaves the choice to the rules.

    A token for some models only is told of these alone.
    """
    data = [_shown(model) for model in await _open(gateway, vectors, allowed)]
    return {"object": "list", "data": [*data, _AUTO] if data and allowed is None else data}


async def one(gateway: Gateway, vectors: Vectors, name: str, allowed: Allowed) -> dict[str, Any]:
    """Return the model of an id, or the first one of a bare name. Raises `UnknownModel`."""
    if name == AUTO and allowed is None:
        return _AUTO
    for model in sorted(await _open(gateway, vectors, allowed), key=lambda each: each.id != name):
        if name in {model.id, model.name}:
            return _shown(model)
    raise UnknownModel("there is no such model", model=named(name))


async def _open(gateway: Gateway, vectors: Vectors, allowed: Allowed) -> list[ModelInfo]:
    models = [*await gateway.models(), vectors.model()]
    return [model for model in models if model.available and (allowed is None or model.id in allowed)]


def _shown(model: ModelInfo) -> dict[str, Any]:
    # Nobody tells when a model was made, and clients insist on a number.
    return {"id": model.id, "object": "model", "created": 0, "owned_by": model.provider}
