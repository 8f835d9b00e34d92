"""The plain way an action is carried out: for persons, by the executor that takes it, with nothing judged."""

from typing import Any

from madang.errors import NotAllowed
from madang.system.executor import Asking, Outcome, Watch
from madang.system.files.executor import FileExecutor
from madang.system.requests import Request


def _nobody(kind: str, data: dict[str, Any]) -> None:
    return None


class PersonsOnly:
    """Does what a signed-in person asks for by hand, and nothing for anybody else."""

    def __init__(self, files: FileExecutor) -> None:
        self._files = files

    async def carry_out(self, request: Request, asking: Asking, watch: Watch = _nobody) -> Outcome:
        """Prepare it and do it. Raises `NotAllowed` for who is no person, and what the executor raises."""
        if asking.actor.kind != "person" or not self._files.takes(request):
            raise NotAllowed("only a signed-in person may do this", needs="person")
        async with await self._files.prepare(request, asking) as prepared:
            return await prepared.perform(watch)
