"""What everything that changes the walls stands on, and how one change is made."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from madang.clock import Clock
from madang.db.database import Database
from madang.db.lease import Lease
from madang.db.transaction import Transaction
from madang.permissions.audit.service import Audit
from madang.principal import Announce
from madang.redact import Redactor

T = TypeVar("T")
Step = Callable[[Transaction], Awaitable[T]]


@dataclass(frozen=True, slots=True)
class Ground:
    """`announce` tells every page that something changed, with ids only: who may see what asks for it."""

    database: Database
    lease: Lease
    clock: Clock
    redactor: Redactor
    announce: Announce
    audit: Audit

    async def write(self, step: Step[T]) -> T:
        """Do one step on the disk, whole or not at all, while nobody takes this process for dead."""

        async def work(tx: Transaction) -> T:
            await self.lease.hold(tx, self.lease.id)
            return await step(tx)

        return await self.database.run_write(work)
