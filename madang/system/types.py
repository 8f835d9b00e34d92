"""An action in its canonical form: only this is judged, shown, approved, carried out and recorded."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Kind = Literal[
    "fs.read", "fs.list", "fs.write", "fs.delete", "exec", "fetch",
    "mcp", "mcp.connect", "schedule", "watch", "memory",
]  # fmt: skip
ActorKind = Literal["person", "run", "token", "job"]
PathUse = Literal["read", "list", "write", "delete", "move_from", "move_to", "cwd"]
ObjectType = Literal["file", "folder", "other", "missing"]
Tier = Literal[0, 1, 2, 3]
"""How much holds a program: 3 sees only its folders, 2 has no network and dies whole, 1 is held by the kernel's rules
alone, 0 by nothing."""
Taint = Literal["untrusted", "private", "secret"]
"""What a run has met: content from strangers, the person's own data, something that looks like a secret."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who wants it: a person by hand, a run of an agent, a program with a token, or a job nobody watches."""

    kind: ActorKind
    id: str


@dataclass(frozen=True, slots=True)
class Touched:
    """One path an action uses, with the object that was found there.

    `folder` is the id of the opened folder it lies in, empty outside them all; `relative` is its path within, with `/`,
    and `path` the absolute one as it was written; `real` is where the opened object lies. `before` and `after` are
    SHA-256 of a file's bytes, in hex, where the action depends on them. `links` counts the names a file has.
    """

    use: PathUse
    folder: str
    relative: str
    path: str
    real: str
    type: ObjectType
    dev: int | None = None
    ino: int | None = None
    size: int | None = None
    links: int | None = None
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """The file that would be executed: its real path and what is in it."""

    path: str
    sha256: str
    dev: int
    ino: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What a program may use: seconds, bytes, counts. `output_bytes` is for each of its two streams."""

    wall_s: int = 120
    cpu_s: int = 60
    memory_bytes: int = 2 << 30
    file_bytes: int = 64 << 20
    open_files: int = 256
    processes: int = 256
    output_bytes: int = 1 << 20


@dataclass(frozen=True, slots=True)
class Sandbox:
    """What holds a program: the tier it will have, whether it has a network, and the folders it may write."""

    tier: Tier
    network: bool = False
    writable: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to be done. Two actions are the same when their digests are.

    `details` holds the facts of kinds that rooms above this one carry out (a tool of a server, a schedule), as JSON.
    `policy_version` says under which rules it was judged; it is no part of the digest, because a change of the rules
    judges a waiting question again and does not make it another one.
    """

    kind: Kind
    actor: Actor
    run: str = ""
    step: str = ""
    paths: tuple[Touched, ...] = ()
    program: Program | None = None
    argv: tuple[str, ...] = ()
    cwd: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    stdin_sha256: str = ""
    url: str = ""
    method: str = ""
    body_sha256: str = ""
    limits: Limits | None = None
    sandbox: Sandbox | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    taint: tuple[Taint, ...] = ()
    policy_version: int = 0
    version: int = 1

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values, all of them strings, whole numbers, lists and objects."""
        return asdict(self)

    @property
    def digest(self) -> str:
        """SHA-256, in hex, of its canonical JSON: sorted keys, no spaces, UTF-8."""
        facts = self.as_json()
        del facts["policy_version"]
        return hashlib.sha256(canonical(facts)).hexdigest()


def canonical(value: Any) -> bytes:
    """Return JSON in one form only, as RFC 8785 has it for values without fractions."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")
