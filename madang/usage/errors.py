"""What can go wrong when the ledger is asked."""

from madang.errors import BadRequest


class BadPeriod(BadRequest):
    """The days end before they begin, are too many, or the time zone is not known here."""

    code = "usage.bad_period"


class NoPrice(BadRequest):
    """Nobody knows what this model costs, so nothing can be said about it."""

    code = "usage.no_price"
