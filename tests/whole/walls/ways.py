"""The executors that tests of single rooms do without: programs in their sandbox, and pages of the web."""

from madang.system.fetch.executor import FetchExecutor
from madang.system.fetch.fetcher import Fetcher
from madang.system.programs.executor import ProgramExecutor
from madang.system.programs.probe import real_trial
from madang.system.programs.runner import Runner
from madang.system.programs.sandbox import SandboxState
from madang.system.requests import ExtractArchive, FetchPage, FindFiles, RunProgram, SearchFiles
from tests.permissions.walls import Walls


async def add_ways(house: Walls) -> int:
    """Let the house carry out everything there is; return the tier of its sandbox."""
    runner = Runner(grace_s=0.3)
    sandbox = SandboxState(real_trial(runner), lambda *_: None)
    broker = house.room.broker
    broker.carries(house.executor, FindFiles, SearchFiles, ExtractArchive)
    broker.carries(ProgramExecutor(house.folders, sandbox, runner), RunProgram)
    broker.carries(FetchExecutor(Fetcher()), FetchPage)
    return (await sandbox.read()).tier
