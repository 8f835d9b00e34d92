"""What a routing rule would have done with past questions. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from madang.gateway.prices import Tariff, cost_microusd
from madang.gateway.rules import can_answer, fits
from madang.gateway.types import ModelInfo
from madang.preferences.types import RouteRule
from madang.usage.types import PastQuestion, Trial


def tried(rule: RouteRule, model: ModelInfo, tariff: Tariff | None, questions: Sequence[PastQuestion]) -> Trial:
    """Return how many questions `rule` had sent to its model instead, and what that had saved.

    Only those are priced whose cost is known as well as the model's price.
    """
    rule = replace(rule, enabled=True)
    others = (one for one in questions if one.model != model.id)
    sent = [one for one in others if fits(rule, one.asked) and can_answer(model, one.asked)]
    pairs = [(one.cost_microusd, cost_microusd(tariff, one.usage)) for one in sent]
    saved = [paid - other for paid, other in pairs if paid is not None and other is not None]
    return Trial(
        model=model.id,
        questions=len(questions),
        routed=len(sent),
        priced=len(saved),
        saved_microusd=sum(saved),
    )
