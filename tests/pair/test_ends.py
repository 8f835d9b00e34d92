"""CRASH-04 with two processes: one is killed or suspended in the middle of an answer, and the other one sees to it."""

import signal
from typing import Any

import httpx

from tests.pair.conftest import Pair, ask, turn_of
from tests.pair.listening import listening
from tests.pair.test_chat import is_end_of, text_of, until
from tests.support.server import Server


def half_answered(pair: Pair, here: httpx.Client, there: httpx.Client, name: str) -> dict[str, Any]:
    """Ask at one process, and return when the other one has seen some words."""
    asked = ask(here, f"be slow, {name}")
    with listening(there, f"conversation:{asked['conversation_id']}", 0) as listener:
        listener.until(lambda event: event[1] == "turn.delta")
    return asked


def seen_to(there: httpx.Client, asked: dict[str, Any]) -> dict[str, Any]:
    """Wait at the living process until the turn has ended; its text is what the journal told."""
    with listening(there, f"conversation:{asked['conversation_id']}", 0) as listener:
        events = listener.until(is_end_of(asked))
    turn = turn_of(there, asked)
    assert turn["status"] == "interrupted"
    assert turn["answer"] == text_of(events) != ""
    return turn


def send(place: Server, number: signal.Signals) -> None:
    assert place.process is not None
    place.process.send_signal(number)


def test_CRASH_04_what_a_killed_process_answered_is_interrupted_and_what_waited_goes_on_elsewhere(own_pair: Pair):
    with own_pair.program(own_pair.a) as here, own_pair.program(own_pair.b) as there:
        asked = half_answered(own_pair, here, there, "and killed")
        queued = ask(there, "the next", conversation_id=asked["conversation_id"])
        own_pair.a.kill()
        turn = seen_to(there, asked)
        assert turn_of(there, queued)["held"]
        there.post(f"/api/chat/turns/{queued['turn_id']}/start").raise_for_status()
        assert until(lambda: turn_of(there, queued)["answer"] == "you said the next")
        # A second answer is under way at the living one while the dead one comes back.
        other = half_answered(own_pair, there, there, "and left alone")
        own_pair.a.start()
        with own_pair.program(own_pair.a) as back:
            assert turn_of(back, asked) == turn
            assert turn_of(back, other)["status"] == "streaming"
            assert back.post(f"/api/chat/turns/{other['turn_id']}/stop").json()["status"] == "cancelled"


def test_CRASH_04_a_suspended_process_does_nothing_more_to_what_another_one_ended(own_pair: Pair):
    with own_pair.program(own_pair.a) as here, own_pair.program(own_pair.b) as there:
        asked = half_answered(own_pair, here, there, "and asleep")
        stream = f"conversation:{asked['conversation_id']}"
        send(own_pair.a, signal.SIGSTOP)
        try:
            turn = seen_to(there, asked)
            told = there.get(f"/api/chat/conversations/{asked['conversation_id']}").json()["number"]
        finally:
            send(own_pair.a, signal.SIGCONT)
        # It wakes in the middle of the answer, drops it, and takes questions again.
        [request] = [one for one in own_pair.upstream.requests if "and asleep" in one.body.decode()]
        assert until(lambda: request.outcome == "client_gone")
        assert until(lambda: here.post("/api/chat", json={"content": "awake?"}).status_code == 200)
        assert turn_of(here, asked) == turn == turn_of(there, asked)
        with listening(there, stream, told) as listener:
            there.patch(f"/api/chat/conversations/{asked['conversation_id']}", json={"title": "t"}).raise_for_status()
            [event] = listener.until(lambda event: True)
        assert (event[0], event[1]) == (told + 1, "conversation.changed")
