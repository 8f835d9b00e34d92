"""How alike vectors are. numpy is loaded here, at the first comparison, and never by the event loop's own thread."""

import asyncio
from collections.abc import Sequence


class NotAVector(ValueError):
    """The numbers say nothing about a text."""


async def unit(numbers: Sequence[float]) -> bytes:
    """Return a vector of length 1 as floats of 32 bits. Raises `NotAVector` for nothing but zeros, or infinity."""
    return await asyncio.to_thread(_unit, numbers)


async def nearest(vector: bytes, others: Sequence[bytes], at_least: float, most: int) -> list[tuple[int, float]]:
    """Return which of `others`, all of length 1, are alike by `at_least`: at most `most`, the likest first."""
    return await asyncio.to_thread(_nearest, vector, others, at_least, most) if others else []


def _unit(numbers: Sequence[float]) -> bytes:
    import numpy as np

    vector = np.asarray(numbers, dtype=np.float64)
    length = float(np.linalg.norm(vector)) if vector.ndim == 1 else 0.0
    if not 0 < length < float("inf"):
        raise NotAVector("the numbers are no vector")
    return (vector / length).astype(np.float32).tobytes()


def _nearest(vector: bytes, others: Sequence[bytes], at_least: float, most: int) -> list[tuple[int, float]]:
    import numpy as np

    one = np.frombuffer(vector, dtype=np.float32)
    # A model that changed under its name gives vectors of another size.
    places = [place for place, other in enumerate(others) if len(other) == len(vector)]
    matrix = np.frombuffer(b"".join(others[place] for place in places), dtype=np.float32).reshape(-1, len(one))
    scores = matrix @ one
    near = [int(place) for place in np.argsort(-scores, kind="stable")[:most] if scores[place] >= at_least]
    # The floats may be a hair above 1.
    return [(places[place], min(1.0, float(scores[place]))) for place in near]
