"""Says why two questions must not share an answer, whatever their vectors say: close vectors are no proof.

`veto(asked, kept)` is pure and symmetric, gives `None` for a text beside itself, never raises, and takes time in
proportion to the texts. It would rather part two questions that mean the same than join two that do not.
"""

from madang.gateway.semantic.vetoes.judging import Veto, veto

BUILTIN_THRESHOLD = 0.95
"""From which cosine on the built-in embedder's vectors count as close. Chosen by `python -m bench similar`, whose
docs are in docs/semantic-cache.md; it says nothing about any other embedder."""

__all__ = ["BUILTIN_THRESHOLD", "Veto", "veto"]
