"""What a person decided about the price of one model."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Decision = Literal["set", "free", "refuse"]
"""The model costs what the person says, or nothing; or it is not asked under a cap while its price is unknown."""

PriceSource = Literal["own", "provider", "list", "local", "unknown"]
"""Where a price comes from: the person's for the model, the person's for its provider, the price list, or nowhere.

`local` models cost nothing.
"""


@dataclass(frozen=True, slots=True)
class OwnPrice:
    """A decision about a model. Prices are micro-dollars per million tokens, and there for `set` only.

    Where `cached_microusd_per_mtok` is `None`, cached tokens cost like others.
    """

    provider: str
    model: str
    decision: Decision
    updated_at: datetime
    input_microusd_per_mtok: int | None = None
    output_microusd_per_mtok: int | None = None
    cached_microusd_per_mtok: int | None = None
