"""Says why two questions must not share an answer, whatever their vectors say: close vectors are no proof.

`veto(asked, kept)` is pure and symmetric, gives `None` for a text beside itself, never raises, and takes time in
proportion to the texts. It would rather part two questions that mean the same than join two that do not.
"""

from madang.gateway.semantic.vetoes.judging import Veto, veto

__all__ = ["Veto", "veto"]
