"""A process that asks a model many times at once, for tests that end it at any moment; run as a program.

Words: its folder, the database's URL, the model, how many calls. Prints how many calls ended with each code; `null` is
an answer.
"""

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path

from madang.errors import MadangError
from tests.gateway.rooms import Place, open_room


async def spend(folder: Path, database_url: str, model: str, calls: int) -> None:
    async with open_room(folder, database_url) as here:
        ended = Counter(await asyncio.gather(*[ask(here, model) for _ in range(calls)]))
        await here.room.ledger.settled()
    print(json.dumps(ended))


async def ask(here: Place, model: str) -> str | None:
    try:
        return (await here.ask(model=model, max_tokens=78, cache="off")).code
    except MadangError as error:
        return error.code


if __name__ == "__main__":
    asyncio.run(spend(Path(sys.argv[1]), sys.argv[2], sys.argv[3], int(sys.argv[4])))
