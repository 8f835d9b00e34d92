"""Where a long conversation is cut, so that the provider finds the same beginning again and again. Pure."""

from collections.abc import Sequence


def first_kept(costs: Sequence[int], most: int) -> int:
    """Return how many of the oldest turns are left out, given what each costs in tokens.

    Whenever the turns come to more than `most`, so many go that no more than half of it is left, the newest one aside.
    The cut then stays where it is until they have grown to `most` again: what is sent begins with the same bytes each
    time, and a provider that remembers them bills them at a fraction. Each turn is weighed by itself, so a conversation
    that goes on is cut where it was cut before.
    """
    first = total = 0
    for place, cost in enumerate(costs):
        total += cost
        if total > most:
            while total > most // 2 and first < place:
                total -= costs[first]
                first += 1
    return first
