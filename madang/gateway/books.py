"""Enters calls in the ledger: each once, however it ends."""

from types import TracebackType

from madang.errors import MadangError
from madang.gateway.bill import Bill
from madang.gateway.ledger import Ledger


class on_the_books:  # noqa: N801 - used as a block, and a class because a generator takes its time for every call
    """Write the call into the ledger when the block ends, however it ends."""

    __slots__ = ("_bill", "_ledger")

    def __init__(self, bill: Bill, ledger: Ledger) -> None:
        self._bill = bill
        self._ledger = ledger

    async def __aenter__(self) -> Bill:
        return self._bill

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Exception):
            self._bill.failed(error if isinstance(error, MadangError) else MadangError(str(error)))
        self._bill.tell()
        await booked(self._bill, self._ledger)


async def booked(bill: Bill, ledger: Ledger) -> None:
    """Write the call into the ledger, once.

    Where money was reserved, whoever asked hears the end only after what it did not cost is free for the next call.
    """
    if bill.is_booked:
        return
    bill.is_booked = True
    if bill.quote:
        await ledger.settle(bill.entry())
    else:
        ledger.add(bill.entry())
