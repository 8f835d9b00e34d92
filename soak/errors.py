"""What the oracle says when a promise was broken."""


class PromiseBroken(AssertionError):
    """Something acknowledged is lost or doubled, or a state is untrue."""


def hold(is_so: bool, words: str, *facts: object) -> None:
    """Raise `PromiseBroken` unless it is so."""
    if not is_so:
        raise PromiseBroken(f"{words}: {', '.join(map(repr, facts))}")
