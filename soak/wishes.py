"""What people want of what is there: stop, go on, ask again, take back, draft, export, delete."""

from typing import Any

from soak.errors import hold
from soak.own import Own
from soak.truth import new_key, question

# What answers to somebody whose wish has been overtaken by events.
OVERTAKEN = frozenset({404, 409, 422})
NOT_NOW = frozenset({503, 507})


class Wishes:
    """Each method is one deed. They raise `LineLost` where the server dies meanwhile."""

    def __init__(self, own: Own) -> None:
        self._own = own

    async def act_on_turn(self) -> None:
        """Want something of one of the latest turns."""
        if not self._own.turns:
            return
        turn_id = self._own.chance.choice(self._own.turns[-12:])
        deed = self._own.chance.choice(("stop", "stop", "retry", "edit", "continue", "continue", "start", "remove"))
        if deed in {"retry", "edit"}:
            await self._ask_beside(turn_id, deed)
            return
        if deed == "remove":
            await self._take_back(turn_id)
            return
        if deed in {"continue", "start"}:
            self._own.promises.runs_asked[turn_id] += 1
        status, found = await self._own.line.ask("POST", f"/api/chat/turns/{turn_id}/{deed}")
        hold(status in {200, 202, *OVERTAKEN, *NOT_NOW}, f"a turn refused to {deed}", status, found)

    async def _take_back(self, turn_id: str) -> None:
        gone = self._own.promises.taken_back
        was = turn_id in gone
        # From here on it may be gone, whether the answer arrives or not.
        gone.add(turn_id)
        status, found = await self._own.line.ask("DELETE", f"/api/chat/turns/{turn_id}")
        if status == 409 and not was:
            gone.discard(turn_id)
        hold(status in {204, *OVERTAKEN, *NOT_NOW}, "a turn could not be taken back", status, found)

    async def _ask_beside(self, turn_id: str, deed: str) -> None:
        key = self._own.promises.turns[turn_id]
        client_id = self._own.new_client_id()
        body: dict[str, Any] = {"client_id": client_id}
        if deed == "edit":
            key = new_key(self._own.chance)
            body["content"] = question(key, self._own.chance)
        else:
            body["cache"] = self._own.chance.choice(("refresh", "auto", "off"))
        status, found = await self._own.line.insist("POST", f"/api/chat/turns/{turn_id}/{deed}", body)
        if status == 202:
            await self._own.acknowledged(client_id, key, found["turn_id"], found["conversation_id"])
        hold(status in {202, *OVERTAKEN}, f"a turn refused to {deed}", status, found)

    async def draft(self) -> None:
        """Write something and do not send it."""
        place = self._own.chance.choice(self._own.conversations) if self._own.conversations else None
        if place is None or self._own.promises.conversations[place] is not False:
            return
        content = f"draft {self._own.chance.getrandbits(40)}"
        known = self._own.promises.drafts.setdefault(place, [""])
        known.append(content)
        status, _ = await self._own.line.ask("PUT", f"/api/chat/drafts/{place}", {"content": content})
        if status == 200:
            self._own.promises.drafts[place] = [content]

    async def export(self) -> None:
        """Take a conversation away as a file."""
        if not self._own.conversations:
            return
        conversation_id = self._own.chance.choice(self._own.conversations)
        status, found = await self._own.line.ask("GET", f"/api/chat/conversations/{conversation_id}/export?format=json")
        hold(status in {200, 404, 503}, "an export failed", status, found)

    async def look_at_list(self) -> None:
        """Look at the list of conversations."""
        status, found = await self._own.line.ask("GET", "/api/chat/conversations?limit=100")
        hold(status in {200, 503}, "the list failed", status, found)

    async def delete(self) -> None:
        """Delete a conversation, and mostly take that back."""
        if len(self._own.conversations) < 3:
            return
        conversation_id = self._own.chance.choice(self._own.conversations)
        states = self._own.promises.conversations
        states[conversation_id] = None
        status, _ = await self._own.line.ask("DELETE", f"/api/chat/conversations/{conversation_id}")
        if status == 200:
            states[conversation_id] = True
        if self._own.chance.random() < 0.7:
            states[conversation_id] = None
            status, _ = await self._own.line.ask("POST", f"/api/chat/conversations/{conversation_id}/restore")
            if status == 200:
                states[conversation_id] = False
