"""What a routing rule looks at, whether it fits a question, and whether its model could answer it. Pure."""

from dataclasses import dataclass

from madang.gateway.types import Feature, ModelInfo, Route
from madang.preferences.types import RouteRule

CODE_MARK = "```"
"""What a block of code begins with."""


@dataclass(frozen=True, slots=True)
class Question:
    """What rules look at. `context_tokens` is about how much is sent in all, the question with what came before it.

    `has_files` says that something is attached to the question, `has_images` that a picture is sent at all.
    """

    feature: Feature
    characters: int
    context_tokens: int
    has_files: bool = False
    has_images: bool = False
    has_code: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """The model that answers, and how a rule came to choose it; `None` where none did."""

    model: ModelInfo
    route: Route | None = None


def fits(rule: RouteRule, question: Question) -> bool:
    """Say whether a question keeps all conditions of a rule that is on."""
    return (
        rule.enabled
        and rule.feature in {None, question.feature}
        and _is_within(question.characters, rule.max_characters)
        and _is_within(question.context_tokens, rule.max_context_tokens)
        and not (rule.without_files and question.has_files)
        and not (rule.without_code and question.has_code)
    )


def can_answer(model: ModelInfo, question: Question) -> bool:
    """Say whether a model is there, sees what is sent, and has room for it, as far as is known."""
    has_room = model.context_tokens is None or question.context_tokens < model.context_tokens
    return model.available and has_room and (model.sees_images or not question.has_images)


def _is_within(count: int, most: int | None) -> bool:
    return most is None or count <= most
