"""What one person has and knows: a connection, a page that follows, conversations and turns of their own."""

import random
from dataclasses import dataclass, field

from soak.follower import Follower
from soak.line import Line
from soak.promises import Promises


@dataclass(slots=True)
class Own:
    """`conversations` and `turns` are ids, in the order in which they were heard of."""

    name: str
    line: Line
    follower: Follower
    promises: Promises
    chance: random.Random
    conversations: list[str] = field(default_factory=list)
    turns: list[str] = field(default_factory=list)
    asked: int = 0

    async def acknowledged(self, client_id: str, key: str, turn_id: str, conversation_id: str) -> None:
        """Take note of a turn that the server has taken in, and follow its conversation."""
        self.promises.acknowledge(client_id, key, turn_id, conversation_id)
        if conversation_id not in self.conversations:
            self.conversations.append(conversation_id)
            await self.follower.watch(conversation_id)
        if turn_id not in self.turns:
            self.turns.append(turn_id)

    def new_client_id(self) -> str:
        """Return a name for a message that none has had."""
        self.asked += 1
        return f"{self.name}-{self.asked}-{self.chance.getrandbits(32):08x}"
