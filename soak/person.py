"""Somebody who chats while the house shakes: asks and watches, goes away, asks twice, and wants this and that."""

import asyncio
from contextlib import suppress
from typing import Any

import orjson

from soak.errors import hold
from soak.line import LineLost
from soak.own import Own
from soak.truth import key_of, new_key, question
from soak.wishes import OVERTAKEN, Wishes

_RECENT = 8


class Person:
    """Does one thing after another until `is_over`."""

    def __init__(self, own: Own) -> None:
        self._own = own
        self._wishes = Wishes(own)
        self.is_over = asyncio.Event()
        self.deeds = 0

    async def live(self) -> None:
        """Act until it is over; the last deed is finished."""
        wishes = self._wishes
        deeds = (
            *(self._ask,) * 6, *(self._ask_and_watch,) * 6, self._ask_and_dawdle, self._ask_and_leave, self._ask_twice,
            *(wishes.act_on_turn,) * 5, wishes.draft, wishes.export, wishes.delete, wishes.look_at_list,
        )  # fmt: skip
        while not self.is_over.is_set():
            with suppress(LineLost):
                await self._own.chance.choice(deeds)()
            self.deeds += 1
            await asyncio.sleep(self._own.chance.choice((0, 0.02, 0.2)))

    async def _ask(self) -> None:
        client_id, key, body = self._new_body()
        await self._make_sure(client_id, key, {**body, "wait": self._own.chance.random() < 0.5})

    async def _ask_twice(self) -> None:
        client_id, key, body = self._new_body()
        body["wait"] = False
        await asyncio.gather(*(self._make_sure(client_id, key, body) for _ in range(4)))

    async def _ask_and_watch(self) -> None:
        await self._watched(pause=0)

    async def _ask_and_dawdle(self) -> None:
        await self._watched(pause=self._own.chance.choice((0.05, 0.2)))

    async def _ask_and_leave(self) -> None:
        await self._watched(pause=0, most=self._own.chance.randint(1, 6))

    async def _watched(self, pause: float, most: int = 10_000) -> None:
        client_id, key, body = self._new_body()
        try:
            async with self._own.line.open("POST", "/api/chat", {**body, "stream": True}) as response:
                if response.status == 200:
                    await self._read(response, client_id, key, pause, most)
        except LineLost:
            pass
        if client_id not in self._own.promises.by_client_id:
            await self._make_sure(client_id, key, {**body, "wait": False})

    async def _read(self, response: Any, client_id: str, key: str, pause: float, most: int) -> None:
        text, turn_id = "", ""
        async for raw in response.content:
            line = raw.decode()
            if not line.startswith("data: "):
                continue
            data = orjson.loads(line[6:])
            if turn := data.get("turn"):
                turn_id = turn["id"]
                await self._own.acknowledged(client_id, key, turn_id, turn["conversation_id"])
                if turn["status"] not in {"queued", "streaming"}:
                    hold(turn["answer"].startswith(text), "an answer lost words as it ended", turn, text)
            elif "text" in data:
                hold(data["offset"] == len(text.encode("utf-16-le")) // 2, "words in the wrong place", data, text)
                text += data["text"]
                self._own.promises.saw(turn_id, text)
            most -= 1
            if most <= 0:
                return
            if pause:
                await asyncio.sleep(pause)

    async def _make_sure(self, client_id: str, key: str, body: dict[str, Any]) -> None:
        """Send until it is acknowledged, as a page does with what stands in its outbox."""
        status, found = await self._own.line.insist("POST", "/api/chat", body)
        if "turn_id" in (found or {}):
            await self._own.acknowledged(client_id, key, found["turn_id"], found["conversation_id"])
            return
        hold(status in OVERTAKEN, "a question was refused without cause", status, found, body)

    def _new_body(self) -> tuple[str, str, dict[str, Any]]:
        key = new_key(self._own.chance)
        text = question(key, self._own.chance)
        if self._own.turns and self._own.chance.random() < 0.1:
            # The very same question again may have a kept answer.
            key = self._own.promises.turns[self._own.chance.choice(self._own.turns)]
            text = f"{key}?"
        client_id = self._own.new_client_id()
        body: dict[str, Any] = {"content": text, "client_id": client_id}
        mine = [one for one in self._own.conversations[-_RECENT:] if self._own.promises.conversations[one] is False]
        if mine and self._own.chance.random() < 0.75:
            body["conversation_id"] = self._own.chance.choice(mine)
        hold(key_of(text) == key, "a question without its key", text)
        return client_id, key, body
