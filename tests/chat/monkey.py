"""Somebody who talks to Madang while the process is killed again and again, and remembers what was promised."""

import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg

from madang.chat.context import GO_ON
from madang.gateway.fake_upstream import Received, Say, Turn
from tests.support.server import Server

TOKEN = "mdt_crash-test-token-of-thirty-two-characters"
WORDS = 30


def truth(question: str) -> str:
    """The whole answer to a question."""
    return " ".join(f"{question}의-{number}번째" for number in range(WORDS))


@dataclass
class Teller:
    """Answers as `truth` has it, with a pause between words; when asked to go on, it says what is left."""

    pause_seconds: float = 0.01

    def __call__(self, request: Received) -> Turn:
        messages = request.json["messages"]
        if messages[-1]["content"] != GO_ON:
            return self._say(truth(question_of(messages[-1])))
        so_far = messages[-2]["content"]
        return self._say(truth(question_of(messages[-3]))[len(so_far) :])

    def _say(self, text: str) -> Turn:
        return Say(text, per_token_delay=self.pause_seconds)


def question_of(message: dict[str, Any]) -> str:
    """The question of a message, which may have earlier ones without an answer before it."""
    return str(message["content"].split("\n\n")[-1])


@dataclass
class Monkey:
    """One installation and what was promised there: turns by question, and the words that were shown."""

    name: str
    server: Server
    chance: random.Random
    database_url: str | None = None
    turns: dict[str, str] = field(default_factory=dict)
    conversations: list[str] = field(default_factory=list)
    unanswered: dict[str, dict[str, Any]] = field(default_factory=dict)
    shown: dict[str, str] = field(default_factory=dict)
    asked_anew: Counter[str] = field(default_factory=Counter)

    def wait_until_open(self) -> None:
        with self._client() as client:
            client.get("/api/chat/conversations").raise_for_status()

    def live_until_killed(self) -> None:
        """Start, look whether every promise is kept, talk, and be killed at some moment."""
        if self.chance.random() < 0.15:
            # Sometimes the process does not even get to the end of its start.
            self._kill_while_starting()
        self.server.start()
        with self._client() as client:
            self.check(client)
            with self._talking(client):
                time.sleep(self.chance.uniform(0.02, 0.5))
                self.server.kill()

    def finish(self) -> None:
        """Bring every turn to its end, and see that each has the whole answer."""
        self.server.start()
        with self._client() as client:
            self.check(client)
            for turn in [turn for turns in self._all_turns(client).values() for turn in turns]:
                if turn["status"] == "queued":
                    client.post(f"/api/chat/turns/{turn['id']}/start").raise_for_status()
                elif turn["status"] != "done":
                    self._go_on(client, turn)
                self._until_done(client, turn["id"])
            for turns in self._all_turns(client).values():
                assert [turn["answer"] for turn in turns] == [truth(turn["content"]) for turn in turns]
        assert self.server.stop() == 0

    def check(self, client: httpx.Client) -> None:
        """Everything acknowledged is there, its state is honest, its text is what was said and all that was shown."""
        for question, body in list(self.unanswered.items()):
            self._post(client, question, body)
        found = {turn["content"]: turn for turns in self._all_turns(client).values() for turn in turns}
        for question, turn_id in self.turns.items():
            turn = found[question]
            assert turn["id"] == turn_id
            assert truth(question).startswith(turn["answer"]), turn
            assert turn["answer"].startswith(self.shown.get(question, "")), turn
            assert turn["status"] != "done" or turn["answer"] == truth(question), turn
            assert turn["status"] != "queued" or turn["held"] or question in self.unanswered, turn
        self.unanswered.clear()

    def check_database(self) -> None:
        """The file is whole, and no client id stands twice."""
        twice = "SELECT client_id FROM turns GROUP BY client_id HAVING count(*) > 1"
        if self.database_url:
            with psycopg.connect(self.database_url) as there:
                assert there.execute(twice).fetchall() == []
            return
        with closing(sqlite3.connect(self.server.data_dir / "madang.sqlite3")) as database:
            assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert database.execute(twice).fetchall() == []

    @contextmanager
    def _talking(self, client: httpx.Client) -> Iterator[None]:
        threads = [threading.Thread(target=self._quietly, args=(talk,)) for talk in (self._watch, self._ask_more)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            for thread in threads:
                thread.join(30)

    def _quietly(self, talk: Any) -> None:
        # The process is killed while this speaks to it.
        with suppress(httpx.TransportError), self._client() as client:
            talk(client)

    def _watch(self, client: httpx.Client) -> None:
        """Follow one answer, and remember each word that was shown."""
        question = self._new_question()
        body = {"content": question, "client_id": question, "stream": True}
        self.unanswered[question] = body
        with client.stream("POST", "/api/chat", json=body) as answer:
            for line in answer.iter_lines():
                if line.startswith("data: "):
                    self._saw(question, httpx.Response(200, text=line[6:]).json())

    def _saw(self, question: str, data: dict[str, Any]) -> None:
        if "turn" in data:
            self._acknowledge(question, data["turn"]["conversation_id"], data["turn"]["id"])
        elif "text" in data:
            self.shown[question] = self.shown.get(question, "") + data["text"]

    def _ask_more(self, client: httpx.Client) -> None:
        """Go on with something, then ask in an old conversation, twice so that one waits, then in new ones."""
        turns = [turn for turns in self._all_turns(client).values() for turn in turns]
        if cut := [turn for turn in turns if turn["status"] == "interrupted"]:
            self._go_on(client, self.chance.choice(cut))
        for number in range(3):
            question = self._new_question()
            body = {"content": question, "client_id": question, "wait": False}
            if self.conversations and number != 2:
                body["conversation_id"] = self.conversations[-1]
            self.unanswered[question] = body
            self._post(client, question, body)
            time.sleep(self.chance.uniform(0, 0.1))

    def _post(self, client: httpx.Client, question: str, body: dict[str, Any]) -> None:
        body = {name: value for name, value in body.items() if name != "stream"} | {"wait": False}
        answer = client.post("/api/chat", json=body).raise_for_status().json()
        self._acknowledge(question, answer["conversation_id"], answer["turn_id"])

    def _acknowledge(self, question: str, conversation_id: str, turn_id: str) -> None:
        assert self.turns.setdefault(question, turn_id) == turn_id
        if conversation_id not in self.conversations:
            self.conversations.append(conversation_id)

    def _go_on(self, client: httpx.Client, turn: dict[str, Any]) -> None:
        if not turn["answer"]:
            self.asked_anew[turn["content"]] += 1
        client.post(f"/api/chat/turns/{turn['id']}/continue")

    def _until_done(self, client: httpx.Client, turn_id: str) -> None:
        for _ in range(1000):
            if client.get(f"/api/chat/turns/{turn_id}").json()["status"] == "done":
                return
            time.sleep(0.02)
        raise AssertionError("the turn does not end")

    def _all_turns(self, client: httpx.Client) -> dict[str, list[dict[str, Any]]]:
        found = {}
        for conversation_id in self.conversations:
            answer = client.get(f"/api/chat/conversations/{conversation_id}").raise_for_status()
            found[conversation_id] = list(answer.json()["turns"])
        return found

    def _kill_while_starting(self) -> None:
        with suppress(AssertionError):
            self.server.start(timeout=self.chance.uniform(0.1, 1.0))
        self.server.kill()

    def _new_question(self) -> str:
        return f"{self.name}-{self.chance.randrange(10**9)}"

    def _client(self) -> httpx.Client:
        return httpx.Client(base_url=self.server.url, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60)
