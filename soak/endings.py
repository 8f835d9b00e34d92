"""The end of an epoch: every turn is brought to its whole answer, and all that people see is compared."""

import asyncio

from soak.errors import PromiseBroken, hold
from soak.line import Line
from soak.oracle import Row, check_turns, waits_for_nobody
from soak.promises import Promises
from soak.server import House
from soak.truth import key_of, truth

_PATIENCE_SECONDS = 600
_AT_ONCE = 8


async def bring_to_an_end(house: House, line: Line, promises: Promises) -> dict[str, Row]:
    """Restore what was deleted, have every turn answered whole, and return the turns."""
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            rows = await _finished(house, line, promises)
    except TimeoutError:
        rows = await asyncio.to_thread(check_turns, house, promises)
        open_rows = [row for row in rows.values() if row.status != "done"]
        raise PromiseBroken(f"turns do not come to an end: {open_rows}") from None
    for row in rows.values():
        hold((row.status, row.answer) == ("done", truth(key_of(row.content))), "a turn did not get whole", row)
    await _check_drafts(line, promises)
    return rows


async def _finished(house: House, line: Line, promises: Promises) -> dict[str, Row]:
    await _restore(line, promises)
    await _until_quiet(house, promises)
    rows = await asyncio.to_thread(check_turns, house, promises)
    places = asyncio.Semaphore(_AT_ONCE)
    conversations = {row.conversation_id for row in rows.values()}
    await asyncio.gather(*(_finish(places, line, promises, one) for one in conversations))
    return await asyncio.to_thread(check_turns, house, promises)


async def _restore(line: Line, promises: Promises) -> None:
    for conversation_id, is_deleted in promises.conversations.items():
        status, found = await line.insist("GET", f"/api/chat/conversations/{conversation_id}")
        hold(is_deleted is None or (status == 404) == is_deleted, "a deletion is lost or untrue", status, found)
        if status == 404:
            status, found = await line.insist("POST", f"/api/chat/conversations/{conversation_id}/restore")
            hold(status == 200, "a deleted conversation cannot be restored", status, found)


async def _until_quiet(house: House, promises: Promises) -> None:
    while True:
        rows = await asyncio.to_thread(check_turns, house, promises)
        if not any(row.status == "streaming" for row in rows.values()):
            # Between the end of a turn and the start of the next there is no moment that could be seen here.
            lost = [row for row in rows.values() if waits_for_nobody(row, rows)]
            hold(not lost, "a turn waits for nobody", *lost)
            return
        await asyncio.sleep(0.5)


async def _finish(places: asyncio.Semaphore, line: Line, promises: Promises, conversation_id: str) -> None:
    async with places:
        while True:
            status, seen = await line.insist("GET", f"/api/chat/conversations/{conversation_id}")
            hold(status == 200, "a conversation cannot be read", status, seen)
            turns = seen["turns"]
            if any(turn["status"] == "streaming" for turn in turns):
                await asyncio.sleep(0.05)
                continue
            open_turns = [turn for turn in turns if turn["status"] != "done" or turn["finish_reason"] == "length"]
            if not open_turns:
                return
            turn = open_turns[0]
            deed = "start" if turn["status"] == "queued" else "continue"
            promises.runs_asked[turn["id"]] += 1
            status, found = await line.insist("POST", f"/api/chat/turns/{turn['id']}/{deed}")
            hold(status in {200, 202, 409}, "a turn cannot go on", status, found, turn)


async def _check_drafts(line: Line, promises: Promises) -> None:
    for place, contents in promises.drafts.items():
        status, found = await line.insist("GET", f"/api/chat/drafts/{place}")
        hold(status == 200 and found["content"] in contents, "a draft is lost", place, found, contents)
