"""A grant as it is kept: a rule that holds for a run, a conversation, a folder, a job, or until it is taken back."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from madang.permissions.types import GrantScope
from madang.system.types import Taint

IDLE = timedelta(days=30)
"""After this long without use a folder's grant is no longer one."""


@dataclass(frozen=True, slots=True)
class StoredGrant:
    """`rule` is the line that was shown when it was given. `taint` is what the run had met by then."""

    id: str
    scope: GrantScope
    subject: str
    rule: str
    taint: tuple[Taint, ...]
    created_by: str
    created_at: datetime
    expires_at: datetime | None = None
    used_at: datetime | None = None
    uses: int = 0

    def is_over(self, now: datetime) -> bool:
        """Say whether it has had its time."""
        if self.expires_at is not None and now >= self.expires_at:
            return True
        return self.scope == "workspace" and now - (self.used_at or self.created_at) >= IDLE
