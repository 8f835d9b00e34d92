"""What every part of the chat works with."""

from dataclasses import dataclass

from madang.chat.door import Door
from madang.chat.events import Teller
from madang.chat.waiters import Waiters
from madang.clock import Clock
from madang.db.database import Database
from madang.db.lease import Lease
from madang.live.journal import Journal
from madang.preferences.service import Preferences
from madang.redact import Redactor


@dataclass(frozen=True, slots=True)
class Ground:
    """The services below the chat, and those who tell and wait."""

    database: Database
    lease: Lease
    journal: Journal
    gateway: Door
    preferences: Preferences
    clock: Clock
    redactor: Redactor
    teller: Teller
    waiters: Waiters
