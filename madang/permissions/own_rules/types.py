"""A rule a person wrote."""

from dataclasses import dataclass
from datetime import datetime

MOST_RULES = 1000


@dataclass(frozen=True, slots=True)
class StoredRule:
    """`text` is the rule as its one line is printed."""

    id: str
    text: str
    created_by: str
    created_at: datetime
