"""Enters calls in the ledger: each once, however it ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from madang.errors import MadangError
from madang.gateway.bill import Bill
from madang.gateway.ledger import Ledger


@asynccontextmanager
async def on_the_books(bill: Bill, ledger: Ledger) -> AsyncIterator[Bill]:
    """Write the call into the ledger when the block ends, however it ends."""
    try:
        yield bill
    except MadangError as error:
        bill.failed(error)
        raise
    except Exception as error:
        bill.failed(MadangError(str(error)))
        raise
    finally:
        bill.tell()
        await booked(bill, ledger)


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
