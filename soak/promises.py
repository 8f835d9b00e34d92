"""What was promised to the people of one installation, and what they saw."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from soak.errors import hold


@dataclass(slots=True)
class Promises:
    """Turns that were acknowledged, by id, with the key of each; and whatever else has to hold after a kill.

    `drafts` has for each place the contents that may stand there: the one acknowledged last and those sent since.
    """

    turns: dict[str, str] = field(default_factory=dict)
    by_client_id: dict[str, str] = field(default_factory=dict)
    taken_back: set[str] = field(default_factory=set)
    shown: dict[str, str] = field(default_factory=dict)
    runs_asked: Counter[str] = field(default_factory=Counter)
    conversations: dict[str, bool | None] = field(default_factory=dict)
    drafts: dict[str, list[str]] = field(default_factory=dict)
    events: dict[tuple[str, int], str] = field(default_factory=dict)
    unanswered: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)

    def acknowledge(self, client_id: str, key: str, turn_id: str, conversation_id: str) -> None:
        """Take note that the server has said it has this turn."""
        known = self.by_client_id.setdefault(client_id, turn_id)
        hold(known == turn_id, "one client id got two turns", client_id, known, turn_id)
        self.turns[turn_id] = key
        self.conversations.setdefault(conversation_id, False)
        self.unanswered.pop(client_id, None)

    def saw(self, turn_id: str, text: str) -> None:
        """Take note of an answer as far as somebody saw it."""
        if len(text) > len(self.shown.get(turn_id, "")):
            self.shown[turn_id] = text
