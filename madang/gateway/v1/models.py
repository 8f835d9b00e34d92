"""The models as OpenAI lists them."""

from typing import Any

from madang.errors import named
from madang.gateway.errors import UnknownModel
from madang.gateway.gateway import Gateway
from madang.gateway.types import ModelInfo


async def listed(gateway: Gateway) -> dict[str, Any]:
    """Return every model that can be asked at the moment."""
    return {"object": "list", "data": [_shown(model) for model in await gateway.models() if model.available]}


async def one(gateway: Gateway, name: str) -> dict[str, Any]:
    """Return the model of an id, or the first one of a bare name. Raises `UnknownModel`."""
    models = await gateway.models()
    for model in sorted(models, key=lambda each: each.id != name):
        if name in {model.id, model.name} and model.available:
            return _shown(model)
    raise UnknownModel("there is no such model", model=named(name))


def _shown(model: ModelInfo) -> dict[str, Any]:
    # Nobody tells when a model was made, and clients insist on a number.
    return {"id": model.id, "object": "model", "created": 0, "owned_by": model.provider}
