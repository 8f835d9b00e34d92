"""What the front has made before the house is opened, and the house stands on."""

from collections.abc import Callable
from dataclasses import dataclass

from madang.clock import Clock
from madang.config import Settings
from madang.gateway.embedded.types import BuiltInState
from madang.guard.hosts import Doors
from madang.guard.once import SignInCodes
from madang.redact import Redactor


@dataclass(frozen=True, slots=True)
class Ground:
    """`control_hash` is the SHA-256 of the runtime file's key; `page_version` names the page's files;
    `show_builtin` draws how far the built-in model is on the terminal."""

    settings: Settings
    redactor: Redactor
    clock: Clock
    codes: SignInCodes
    doors: Doors
    control_hash: str
    port: int
    page_version: str
    show_builtin: Callable[[BuiltInState], None]
