"""A life that ends at its n-th commit, and what has to hold afterwards; run as a program, once for all n.

Each life is a forked process that kills itself right before or right after a commit, so nothing is left to chance.
The program ends with 0 once a life got to its end; it prints what does not hold and how many lives there were.
"""

import asyncio
import itertools
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import orjson
import psycopg
from sqlalchemy import Connection, Engine, event

from madang.chat.types import Ask, Turn
from madang.config import Settings
from madang.errors import MadangError
from madang.gateway.types import TextDelta
from tests.chat.conftest import House
from tests.chat.scripted import Gate, saying

ANSWERS = {"하나": "첫 번째 답 😀", "둘": "두 번째 답", "셋": "세 번째 답", "넷": "네 번째"}
WORDS = {question: tuple(f"{word} " for word in answer.split()) for question, answer in ANSWERS.items()}
Moment = Literal["before", "after"]
MOMENTS: tuple[Moment, ...] = ("before", "after")


def die_at(number: int, moment: Moment) -> None:
    """Have this process kill itself at its commit of this number."""
    counted = itertools.count(1)

    @event.listens_for(Engine, "commit")
    def commit(connection: Connection) -> None:
        if next(counted) == number:
            if moment == "after":
                connection.connection.commit()
            os.kill(os.getpid(), signal.SIGKILL)


async def live(house: House, tell: Callable[..., None]) -> None:
    """Do what writes: ask, queue, stop, start, go on, ask again and otherwise, rename, draft, delete, restore."""
    turns, talks = house.chat.turns, house.chat.conversations

    async def ask(question: str, conversation_id: str | None = None) -> Turn:
        turn = (await turns.accept(asked(question, conversation_id))).turn
        tell("turn", client_id=turn.client_id, id=turn.id)
        return turn

    house.door.say(whole("하나"))
    first = await turns.wait((await ask("하나")).id)
    tell("done", id=first.id)
    talk, gate = first.conversation_id, Gate()
    house.door.say(
        [*whole("둘")[:2], gate], whole("셋"), [TextDelta(text) for text in WORDS["둘"][1:]] + whole("둘")[-1:]
    )
    second = await ask("둘", talk)
    await gate.reached.wait()
    third = await ask("셋", talk)
    await turns.stop(second.id)
    tell("status", id=second.id, among=["cancelled", "done"])
    await turns.start(third.id)
    await turns.wait(third.id)
    tell("done", id=third.id)
    await turns.go_on(second.id)
    await turns.wait(second.id)
    tell("done", id=second.id)
    house.door.say(whole("하나"), whole("넷"))
    again = (await turns.retry(first.id, "person:test")).turn
    await turns.wait(again.id)
    other = (await turns.edit(first.id, "person:test", "넷", None)).turn
    await turns.wait(other.id)
    tell("done", id=other.id)
    await house.chat.drafts.save(talk, "쓰다 만 말")
    tell("draft", id=talk)
    await talks.delete(talk)
    await talks.restore(talk)
    tell("there", id=talk)


async def check(house: House, told: list[dict[str, Any]]) -> None:
    """Every promise that was told holds, and every state is honest."""
    turns = house.chat.turns
    for fact in told:
        match fact["what"]:
            case "turn":
                turn = await turns.find(fact["id"])
                same = (await turns.accept(asked(turn.content, known=fact["client_id"]))).turn
                assert same.id == turn.id, fact
            case "done":
                assert (await turns.find(fact["id"])).status == "done", fact
            case "status":
                assert (await turns.find(fact["id"])).status in {*fact["among"], "interrupted"}, fact
            case "draft":
                assert await house.chat.drafts.find(fact["id"]) == "쓰다 만 말"
            case "there":
                assert (await house.chat.conversations.look(fact["id"])).conversation.deleted_at is None
    for conversation in await house.chat.conversations.page("", False, None, 10):
        seen = await house.chat.conversations.look(conversation.id)
        for turn in seen.turns:
            assert turn.has_ended or turn.held, turn
            assert "".join(WORDS[turn.content]).startswith(turn.answer), turn
            assert turn.status != "done" or turn.answer == "".join(WORDS[turn.content]), turn
        events = await house.events(conversation.id)
        assert [event.number for event in events] == list(range(1, seen.number + 1))


def whole(question: str) -> list[Any]:
    return saying(*WORDS[question])


def asked(question: str, conversation_id: str | None = None, known: str | None = None) -> Ask:
    client_id = known or f"client {question}"
    return Ask(question, "person:test", conversation_id=conversation_id, client_id=client_id, body_hash=question)


def one_life(url: str, folder: Path, number: int, moment: Moment, pipe: int) -> None:
    """Live until the commit of this number; what is acknowledged goes into the pipe."""

    def tell(what: str, **facts: Any) -> None:
        os.write(pipe, orjson.dumps({"what": what, **facts}) + b"\n")

    async def lived() -> None:
        house = House(url, Settings(data_dir=folder, _env_file=None))
        await house.start()
        await live(house, tell)
        await house.stop()
        tell("end")

    die_at(number, moment)
    asyncio.run(lived())


async def look_after(url: str, folder: Path, told: list[dict[str, Any]]) -> None:
    house = House(url, Settings(data_dir=folder, _env_file=None))
    await house.start()
    try:
        await check(house, told)
    finally:
        await house.stop()


def fork(url: str, folder: Path, number: int, moment: Moment) -> list[dict[str, Any]]:
    """Have one life lived, and return what it told."""
    reading, writing = os.pipe()
    if (pid := os.fork()) == 0:
        try:
            one_life(url, folder, number, moment, writing)
        except MadangError as error:
            os.write(2, f"{error.code} {error.message}\n".encode())
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading, "rb") as lines:
        told = [orjson.loads(line) for line in lines]
    os.waitpid(pid, 0)
    return told


def database(url: str | None, place: Path) -> str:
    """Return the URL of an empty database: a file in `place`, or a schema of its own on PostgreSQL."""
    if url is None:
        return f"sqlite:///{place / 'madang.db'}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{place.name}"')
    return f"{url}&options=-csearch_path%3D{place.name}"


def main(folder: Path, url: str | None = None) -> int:
    """Have life after life end one commit later, right before and right after it.

    On PostgreSQL the two take turns: whether a commit took place is decided in the same code.
    """
    for number in range(1, 200):
        for moment in MOMENTS if url is None else MOMENTS[number % 2 :][:1]:
            place = folder / f"life_{number}_{moment}"
            place.mkdir(mode=0o700)
            mine = database(url, place)
            told = fork(mine, place, number, moment)
            if told and told[-1]["what"] == "end":
                sys.stdout.write(f"killed at each of {number - 1} commits\n")
                return 0
            asyncio.run(look_after(mine, place, told))
    return 1


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
