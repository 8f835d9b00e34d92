"""What is made while the house opens lasts as long as the process, so nobody need look through it for what is left."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# A call makes some hundred objects, nearly all of which are gone with it; to look for the others at every seventh call,
# as is usual, takes longer than they are worth.
_YOUNG = 10_000


@contextmanager
def lasting() -> Iterator[None]:
    """Look for no unreachable cycles inside, and afterwards only among what is made from then on, and less often."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
    gc.freeze()
    gc.set_threshold(_YOUNG, 10, 10)
