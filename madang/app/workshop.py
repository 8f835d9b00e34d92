"""What programs run with: the sandbox of this machine, and who runs them in it."""

from dataclasses import dataclass

from madang.folders.service import Folders
from madang.principal import Announce
from madang.system.programs.executor import ProgramExecutor
from madang.system.programs.probe import real_trial
from madang.system.programs.runner import Runner
from madang.system.programs.sandbox import SandboxState


@dataclass(slots=True)
class Workshop:
    """The sandbox of this machine, and the executor of programs."""

    sandbox: SandboxState
    executor: ProgramExecutor

    @classmethod
    def build(cls, folders: Folders, announce: Announce) -> "Workshop":
        runner = Runner()
        sandbox = SandboxState(real_trial(runner), announce)
        return cls(sandbox, ProgramExecutor(folders, sandbox, runner))
