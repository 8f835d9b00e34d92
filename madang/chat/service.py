"""The chat as one service: it is built once, and holds the parts that the API speaks to."""

import orjson

from madang.chat.context import path_to
from madang.chat.conversations import Conversations
from madang.chat.desk import Attachments, Drafts, Presets
from madang.chat.door import Door
from madang.chat.elsewhere import Elsewhere
from madang.chat.events import Teller
from madang.chat.export import Format, as_document, as_markdown, file_name
from madang.chat.ground import Ground
from madang.chat.recovery import recover
from madang.chat.runner import Runner
from madang.chat.title_calls import TitleCalls
from madang.chat.turns import Turns
from madang.chat.types import Turn
from madang.chat.waiters import Waiters
from madang.clock import Clock
from madang.db.database import Database
from madang.db.lease import Lease
from madang.live.journal import Journal
from madang.preferences.service import Preferences
from madang.redact import Redactor


class Chat:
    """Conversations and all that belongs to them. Works between `start()` and `stop()`."""

    def __init__(
        self,
        *,
        database: Database,
        lease: Lease,
        journal: Journal,
        gateway: Door,
        preferences: Preferences,
        clock: Clock,
        redactor: Redactor,
    ) -> None:
        waiters = Waiters()
        ground = Ground(database, lease, journal, gateway, preferences, clock, redactor, Teller(journal), waiters)
        self._ground = ground
        self._runner = Runner(ground, self._when_done)
        self._elsewhere = Elsewhere(ground, self._runner)
        self.turns = Turns(ground, self._runner, self._elsewhere)
        self.conversations = Conversations(ground, self._elsewhere)
        self.attachments = Attachments(ground)
        self.drafts = Drafts(ground)
        self.presets = Presets(ground)
        self._titles = TitleCalls(ground, self.conversations)

    @property
    def journal(self) -> Journal:
        """The journal that tells what happens in the conversations."""
        return self._ground.journal

    async def start(self) -> None:
        """Give an honest state to what dead processes left unfinished, then take questions in."""
        lease = self._ground.lease
        lease.when_lost(self._runner.drop)
        self._elsewhere.start()
        await recover(self._ground)
        lease.now_and_then(lambda: recover(self._ground))

    async def stop(self) -> None:
        """Store every answer with the text it has, as interrupted, and end."""
        await self._titles.stop()
        await self._elsewhere.stop()
        await self._runner.stop()

    async def export(self, conversation_id: str, wanted: Format) -> tuple[str, str]:
        """Return a conversation as a file's name and text, without secrets. Raises `NotFound`."""
        seen = await self.conversations.look(conversation_id)
        if wanted == "json":
            document = self._ground.redactor.clean_all(as_document(seen.conversation, seen.turns))
            text = orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()
        else:
            turns = {turn.id: turn for turn in seen.turns}
            branch = path_to(turns, seen.conversation.active_turn_id)
            text = self._ground.redactor.clean(as_markdown(seen.conversation, branch))
        return file_name(seen.conversation, wanted), text

    def _when_done(self, turn: Turn) -> None:
        self._titles.consider(turn)
