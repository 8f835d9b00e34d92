"""The policy in force, the modes, and what would be decided."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from madang.folders.service import Folders
from madang.permissions.approvals.types import Question
from madang.permissions.explaining import Spoken, SpokenKind, spoken_action
from madang.permissions.grammar import written
from madang.permissions.policy import verdict_of
from madang.permissions.service import Permissions
from madang.permissions.types import Effect, Mode, SourceKind
from madang.permissions.words import Words, words_of
from madang.principal import Principal
from madang.system.executor import Asking
from madang.system.programs.probe import SandboxReport
from madang.system.programs.sandbox import SandboxState
from madang.system.types import Actor, ActorKind, Taint
from madang.web import Body, needs, service

router = APIRouter(prefix="/api/permissions", tags=["permissions"])

PermissionsDep = Annotated[Permissions, service(Permissions)]
Person = Annotated[Principal, needs(person=True)]
IdText = Annotated[str, Field(max_length=100)]


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule in force. `id` is its own, its grant's or its file's; `folder` is the opened folder it is bound to.

    `words` say the same for people, as keys of the locales with their values.
    """

    text: str
    source: SourceKind
    id: str
    folder: str
    words: Words


@dataclass(frozen=True, slots=True)
class WarningView:
    """A line that does not count as it was meant."""

    code: str
    source: SourceKind
    id: str
    folder: str
    text: str
    problem: str


@dataclass(frozen=True, slots=True)
class ModesView:
    """The chosen modes: `mode` where no conversation has one of its own, and those that have."""

    mode: Mode
    conversations: dict[str, Mode]


@dataclass(frozen=True, slots=True)
class PolicyView:
    """Everything that decides; what is fixed in Madang and the built-in templates stand in the documentation."""

    version: int
    mode: Mode
    rules: list[RuleView]
    warnings: list[WarningView]
    waiting: int


@dataclass(frozen=True, slots=True)
class VerdictView:
    """What was or would be decided, by which rule of which source. `because` are sentences as keys and values."""

    effect: Effect
    code: str
    source: SourceKind
    source_id: str
    rule: str
    mode: Mode
    because: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, question: Question) -> "VerdictView":
        return cls(**asdict(question.verdict))


class ModeBody(Body):
    """A mode for one conversation, or for all others where none is named."""

    mode: Mode
    conversation: IdText = ""


class Explained(Body):
    """An action that is only spoken of: a path within a folder or absolute, a program's words, or an address."""

    kind: SpokenKind
    folder: IdText = ""
    path: str = Field("", max_length=4096)
    argv: list[Annotated[str, Field(max_length=100_000)]] = Field([], max_length=4096)
    url: str = Field("", max_length=8192)
    actor: ActorKind = "run"
    conversation: IdText = ""
    taint: list[Taint] = Field([], max_length=3)


@router.get("", dependencies=[needs("read")])
async def policy(permissions: PermissionsDep) -> PolicyView:
    """Every rule in force with its source, the strongest first, and how many questions wait."""
    found = permissions.policies.current
    rules = [
        RuleView(written(one.rule), one.source.kind, one.source.id, one.source.folder, words_of(one.rule))
        for one in found.rules
    ]
    warnings = [
        WarningView(one.code, one.source.kind, one.source.id, one.source.folder, one.text, one.problem)
        for one in found.warnings
    ]
    return PolicyView(found.version, _modes(permissions).mode, rules, warnings, await permissions.parking.count())


@router.post("/explain")
async def explain(
    body: Explained,
    principal: Annotated[Principal, needs("read")],
    permissions: PermissionsDep,
    folders: Annotated[Folders, service(Folders)],
) -> VerdictView:
    """What would be decided if this was asked for; nothing is looked up or done."""
    spoken = Spoken(
        body.kind, folders.find(body.folder) if body.folder else None, body.path, tuple(body.argv), body.url
    )
    actor, taint = Actor(body.actor, principal.id), tuple(body.taint)
    asking = Asking(actor, "", "", taint, body.conversation)
    action = spoken_action(spoken, asking, await permissions.policies.tier())
    decision = permissions.policies.judging()(action, asking)
    mode = permissions.policies.mode_of(asking)
    return VerdictView(**asdict(verdict_of(decision, mode, by_hand=actor.kind == "person")))


@router.get("/mode", dependencies=[needs("read")])
async def modes(permissions: PermissionsDep) -> ModesView:
    """The chosen modes."""
    return _modes(permissions)


@router.put("/mode")
async def set_mode(body: ModeBody, principal: Person, permissions: PermissionsDep) -> ModesView:
    """Choose a mode. A run that is going keeps the one it began with where that is lower."""
    await permissions.changes.set_mode(body.mode, body.conversation, principal.id)
    return _modes(permissions)


@router.get("/sandbox", dependencies=[needs("read")])
async def sandbox(state: Annotated[SandboxState, service(SandboxState)]) -> SandboxReport:
    """What holds programs on this machine, and what it does not stop. It is tried when it is first asked about."""
    return await state.read()


def _modes(permissions: Permissions) -> ModesView:
    chosen = permissions.policies.current.chosen
    everywhere = permissions.policies.mode_of(Asking(Actor("run", "")))
    return ModesView(everywhere, {id: mode for id, mode in chosen.items() if id})
