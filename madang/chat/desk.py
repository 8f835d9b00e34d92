"""What lies around a conversation: drafts, presets, files."""

from dataclasses import replace

from madang.chat.events import APP
from madang.chat.ground import Ground
from madang.chat.sniff import clean_name, sniff
from madang.chat.store import attachments, conversations, drafts, presets
from madang.chat.titles import clean_title
from madang.chat.types import Attachment, Options, Preset
from madang.errors import BadRequest, NotFound, TooLarge
from madang.ids import new_id

NEW = "new"
"""The key of the draft that has no conversation yet."""

DRAFT_LIMIT_BYTES = 2**20
ATTACHMENT_LIMIT_BYTES = 10 * 2**20


class Drafts:
    """What is written and not yet sent, one for each conversation and one for a new one."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def find(self, key: str) -> str:
        """Return the draft of a conversation or of `NEW`, empty if there is none."""
        async with self._ground.database.read() as tx:
            return await drafts.find(tx, key)

    async def save(self, key: str, content: str) -> None:
        """Keep a draft; an empty one is removed. Raises `TooLarge` and `NotFound`."""
        size = len(content.encode())
        if size > DRAFT_LIMIT_BYTES:
            raise TooLarge("the draft is too long", field="content", size_bytes=size, limit_bytes=DRAFT_LIMIT_BYTES)
        async with self._ground.database.write(durable=False) as tx:
            if key != NEW and await conversations.find(tx, key) is None:
                raise NotFound("there is no such conversation", kind="conversation", conversation_id=key)
            await drafts.save(tx, key, content, self._ground.clock.now())
            data = {"conversation_id": key, "content": content}
            await self._ground.journal.append_in(tx, APP, "draft.changed", data)


class Presets:
    """Options saved under a name."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def everyone(self) -> list[Preset]:
        """Return all presets by name."""
        async with self._ground.database.read() as tx:
            return await presets.everyone(tx)

    async def create(self, name: str, options: Options) -> Preset:
        """Store a preset and return it. Raises `BadRequest` for an empty name."""
        preset = Preset(new_id(), _name(name), options, self._ground.clock.now())
        async with self._ground.database.write() as tx:
            await presets.add(tx, preset)
        return preset

    async def change(self, preset_id: str, name: str | None, options: Options | None) -> Preset:
        """Change what is given and return the preset. Raises `NotFound`."""
        async with self._ground.database.write() as tx:
            preset = await presets.find(tx, preset_id)
            if preset is None:
                raise _no_preset(preset_id)
            changed = replace(preset, name=preset.name if name is None else _name(name))
            changed = replace(changed, options=options or preset.options)
            await presets.save(tx, changed, self._ground.clock.now())
        return changed

    async def remove(self, preset_id: str) -> None:
        """Remove a preset. Raises `NotFound`."""
        async with self._ground.database.write() as tx:
            if not await presets.remove(tx, preset_id):
                raise _no_preset(preset_id)


class Attachments:
    """Files that come with questions."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def add(self, written_name: str | None, data: bytes) -> Attachment:
        """Store a file under its percent-encoded name. Raises `BadRequest`, `TooLarge`, `UnreadableAttachment`."""
        if not data:
            raise BadRequest("the file is empty", field="body")
        check_size(len(data))
        kept = sniff(data)
        attachment = Attachment(new_id(), clean_name(written_name), kept.media_type, len(kept.data), kept.kind)
        async with self._ground.database.write() as tx:
            await attachments.add(tx, attachment, kept.data, self._ground.clock.now())
        return attachment

    async def find(self, attachment_id: str) -> tuple[Attachment, bytes]:
        """Return a file with its bytes. Raises `NotFound`."""
        async with self._ground.database.read() as tx:
            found = await attachments.find(tx, attachment_id)
        if found is None:
            raise NotFound("there is no such file", kind="attachment", attachment_id=attachment_id)
        return found


def check_size(size_bytes: int) -> None:
    """Raise `TooLarge` for a file that is over the limit."""
    if size_bytes > ATTACHMENT_LIMIT_BYTES:
        raise TooLarge("the file is too large", size_bytes=size_bytes, limit_bytes=ATTACHMENT_LIMIT_BYTES)


def _name(name: str) -> str:
    cleaned = clean_title(name)
    if not cleaned:
        raise BadRequest("a preset needs a name", field="name")
    return cleaned


def _no_preset(preset_id: str) -> NotFound:
    return NotFound("there is no such preset", kind="preset", preset_id=preset_id)
