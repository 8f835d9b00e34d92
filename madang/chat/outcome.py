"""How a turn ended, told truthfully: whole, cut short, stopped, failed."""

from dataclasses import asdict, dataclass, replace
from typing import Literal

from madang.chat.types import Json, Turn, TurnStatus
from madang.errors import MadangError
from madang.gateway.errors import CutShort, GatewayError
from madang.gateway.types import Finished, Receipt
from madang.redact import Redactor

_COUNTS = ("prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens", "cost_microusd")
_SUMS = (*_COUNTS, "latency_ms")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The state of an ended turn and what there is to say about it."""

    status: TurnStatus
    finish_reason: str | None = None
    error: Json | None = None
    receipt: Json | None = None


def of_finish(finished: Finished) -> Outcome:
    """Return how a whole answer ended; one that its limit cut off is whole as well, and says "length"."""
    return Outcome("done", finished.finish_reason, receipt=asdict(finished.receipt))


def of_stop(status: Literal["cancelled", "interrupted"], receipt: Receipt | None) -> Outcome:
    """Return how a turn ended that was broken off from here, with what its call had taken by then."""
    return Outcome(status, receipt=asdict(receipt) if receipt else None)


def of_error(error: MadangError, has_text: bool, redactor: Redactor) -> Outcome:
    """Return how a turn ended that `error` broke off: incomplete where the provider had begun and did not end."""
    status: TurnStatus = "incomplete" if has_text and isinstance(error, CutShort) else "error"
    receipt = error.receipt if isinstance(error, GatewayError) else None
    return Outcome(status, error=describe(error, redactor), receipt=asdict(receipt) if receipt else None)


def describe(error: MadangError, redactor: Redactor) -> Json:
    """Return the error as it is kept with the turn, without secrets."""
    details = redactor.clean_all(error.details)
    return {"code": error.code, "message": redactor.clean(error.message), "details": details}


def status_of(code: str) -> int:
    """Return the HTTP status of the error with this code."""
    waiting: list[type[MadangError]] = [MadangError]
    while waiting:
        kind = waiting.pop()
        if kind.code == code:
            return kind.status
        waiting += kind.__subclasses__()
    return 500


def with_outcome(turn: Turn, outcome: Outcome) -> Turn:
    """Return the turn in its end state. A turn that went on has one receipt for all its calls."""
    return replace(
        turn,
        status=outcome.status,
        held=False,
        waiting=None,
        finish_reason=outcome.finish_reason,
        error=outcome.error,
        receipt=_together(turn.receipt, outcome),
    )


def _together(first: Json | None, outcome: Outcome) -> Json | None:
    second = outcome.receipt
    if first and not second and outcome.status in {"cancelled", "interrupted"}:
        # A call that was broken off from here told nothing of what it took.
        return {**first, **dict.fromkeys(_COUNTS)}
    if not first or not second:
        return second or first
    # What one of the calls did not count is unknown in the sum as well.
    sums = {name: _sum(first.get(name), second.get(name)) for name in _SUMS}
    told = {
        "ttft_ms": first.get("ttft_ms"),
        "is_at_most": bool(first.get("is_at_most") or second.get("is_at_most")),
        "masked_secrets": first.get("masked_secrets", 0) + second.get("masked_secrets", 0),
    }
    return {**second, **sums, **told}


def _sum(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second
