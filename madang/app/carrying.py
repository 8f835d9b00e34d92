"""The plain way an action is carried out: for persons, by the executor that takes it, with nothing judged."""

from typing import Any, Protocol

from madang.errors import NotAllowed
from madang.permissions.globs import folded
from madang.permissions.hard import looks_secret
from madang.system.executor import Asking, Executor, Outcome, Watch
from madang.system.requests import Request


def _nobody(kind: str, data: dict[str, Any]) -> None:
    return None


def is_kept(path: str) -> bool:
    """Say whether a search that nobody does by hand passes a file over: each such file is asked about by itself."""
    return looks_secret(tuple(map(folded, path.split("/"))))


class Taking(Executor, Protocol):
    """An executor that says what it is for."""

    def takes(self, request: Request) -> bool: ...


class PersonsOnly:
    """Does what a signed-in person asks for by hand, and nothing for anybody else."""

    def __init__(self, *executors: Taking) -> None:
        self._executors = executors

    async def carry_out(self, request: Request, asking: Asking, watch: Watch = _nobody) -> Outcome:
        """Prepare it and do it. Raises `NotAllowed` for who is no person, and what the executor raises."""
        executor = next((each for each in self._executors if each.takes(request)), None)
        if asking.actor.kind != "person" or executor is None:
            raise NotAllowed("only a signed-in person may do this", needs="person")
        async with await executor.prepare(request, asking) as prepared:
            return await prepared.perform(watch)
