"""The room of permissions: everything in it, built on what stands below."""

import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from madang.config import Settings
from madang.folders.service import Folders
from madang.permissions.broker import Broker
from madang.permissions.changes import Changes
from madang.permissions.doing import Doing, Keeping
from madang.permissions.ground import Ground
from madang.permissions.machine import read_machine_rules
from madang.permissions.parking import Parking
from madang.permissions.policy import Fixed, Policies
from madang.permissions.runs.service import Runs
from madang.permissions.simulator import Simulator
from madang.permissions.sources import Line, PolicyWarning
from madang.permissions.types import Places, RuleSource
from madang.system.types import Tier


@dataclass(frozen=True, slots=True)
class Permissions:
    """What is started, stopped, tidied up, and given to the api."""

    ground: Ground
    policies: Policies
    parking: Parking
    doing: Doing
    runs: Runs
    broker: Broker
    changes: Changes
    simulator: Simulator

    @classmethod
    def build(
        cls, ground: Ground, settings: Settings, folders: Folders, tier: Callable[[], Awaitable[Tier]], undo: Keeping
    ) -> "Permissions":
        """Put the room together; nothing is read yet."""
        policies = Policies(ground, folders, Fixed(partial(_fixed_lines, settings), _places(settings), tier))
        parking, doing, runs = Parking(ground, settings.approval_deadline), Doing(ground, undo), Runs(ground)
        return cls(
            ground, policies, parking, doing, runs, Broker(ground, policies, runs, parking, doing),
            Changes(ground, policies, folders), Simulator(ground, policies),
        )  # fmt: skip

    async def start(self) -> None:
        """Read the policy, and give what an ended process left behind an honest state."""
        await self.ground.audit.start()
        await self.policies.start()
        await self.broker.start()

    async def stop(self) -> None:
        """Interrupt what is being done, and let go of the files."""
        await self.broker.stop()
        await self.policies.stop()
        await self.ground.audit.stop()

    async def tidy(self) -> None:
        """Close questions nobody answered, and let go of what has had its time."""
        await self.parking.expire()
        await self.changes.clear_grants()
        await self.doing.forget()

    def heard(self, kind: str) -> None:
        """Hear what is announced elsewhere: which folders are open decides as well."""
        if kind == "folders.changed":
            self.policies.outdate()


def _fixed_lines(settings: Settings) -> tuple[tuple[Line, ...], tuple[PolicyWarning, ...]]:
    machine = read_machine_rules(settings.policy_file)
    source = RuleSource("machine", str(settings.policy_file))
    warnings = (PolicyWarning("not_roots", source),) if machine.ignored else ()
    lines = [Line(text, source) for text in machine.lines]
    return (*lines, *(Line(text, RuleSource("start", "MADANG_RULES")) for text in settings.rules)), warnings


def _places(settings: Settings) -> Places:
    """Where our own things and the person's agents lie, which nobody else touches whatever the rules."""
    own = [settings.data_dir, settings.keys_dir, settings.builtin_dir, Path(".env")]
    own += [getattr(settings, name) for name in type(settings).model_fields if name.endswith("_file")]
    sockets = [Path(os.environ[name]) for name in ("SSH_AUTH_SOCK",) if os.environ.get(name)]
    secret = {os.path.realpath(path.expanduser()) for path in (*own, *sockets) if isinstance(path, Path)}
    return Places(
        os.path.realpath(Path.home()), secret=tuple(sorted(secret)), folds_case=sys.platform in {"darwin", "win32"}
    )  # fmt: skip
