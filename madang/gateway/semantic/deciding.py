"""Whether the answer to one question may be given to another: how alike they are, and what the person said. Pure."""

from collections.abc import Iterable, Sequence

from madang.gateway.semantic.types import Neighbour, Pair

STEP = 0.01
"""How far above a score that was wrong the next one must be."""


def threshold(key: str, usual: float, embedder: str, wrong: Iterable[Pair]) -> float:
    """Return how alike a question must be to the one with this key; each wrong answer raises it above its own score.

    What another embedder said cannot be compared.
    """
    mine = [pair for pair in wrong if pair.embedder == embedder and key in (pair.asked_key, pair.kept_key)]
    return max([usual, *(pair.score + STEP for pair in mine)])


def acceptable(
    asked_key: str, near: Sequence[Neighbour], usual: float, embedder: str, wrong: Sequence[Pair]
) -> list[Neighbour]:
    """Return those of `near` that are alike enough and were never wrong for this very question, either way round."""
    never = {frozenset((pair.asked_key, pair.kept_key)) for pair in wrong}
    return [
        one
        for one in near
        if frozenset((asked_key, one.key)) not in never and one.score >= threshold(one.key, usual, embedder, wrong)
    ]
