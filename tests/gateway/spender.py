"""A process that asks a model many times at once, for tests that end it at any moment; run as a program.

Words: its folder, the database's URL, the model, how many calls. Prints how many calls ended with each code; `null` is
an answer. A call that waited in vain for the database of a slow machine is made again, and counted each time.
"""

import asyncio
import json
import sys
from collections import Counter
from itertools import chain
from pathlib import Path

from madang.db.errors import StoreBusy
from madang.errors import MadangError
from tests.gateway.rooms import Place, open_room


async def spend(folder: Path, database_url: str, model: str, calls: int) -> None:
    async with open_room(folder, database_url) as here:
        ended = Counter(chain.from_iterable(await asyncio.gather(*[ask(here, model) for _ in range(calls)])))
        await here.room.ledger.settled()
    print(json.dumps(ended))


async def ask(here: Place, model: str) -> list[str | None]:
    codes: list[str | None] = []
    while not codes or codes[-1] == StoreBusy.code:
        try:
            codes.append((await here.ask(model=model, max_tokens=78, cache="off")).code)
        except MadangError as error:
            codes.append(error.code)
    return codes


if __name__ == "__main__":
    asyncio.run(spend(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))
