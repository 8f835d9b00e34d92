"""What a person changes about the walls: rules, grants and modes. Each change is recorded and counts at once."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import TypeVar

from madang.db.transaction import Transaction
from madang.folders.service import Folders
from madang.ids import new_id
from madang.permissions.errors import (
    BadRule,
    ModeNotAvailable,
    NoSuchGrant,
    NoSuchRule,
    RuleThere,
    ScopeNotOffered,
    TooManyRules,
    UnboundGrant,
)
from madang.permissions.grammar import parse, written
from madang.permissions.grants import store as grants
from madang.permissions.grants.types import StoredGrant
from madang.permissions.ground import Ground
from madang.permissions.matchers import RuleError
from madang.permissions.offers import scopes_by_hand
from madang.permissions.own_rules import store
from madang.permissions.own_rules.types import MOST_RULES, StoredRule
from madang.permissions.policy import Policies
from madang.permissions.runs import store as runs
from madang.permissions.types import GrantScope, Mode, Rule
from madang.system.types import Tier

CHANGED = "permissions.changed"
WORKSPACE_TIER: Tier = 3
T = TypeVar("T")


class Changes:
    """Only a signed-in person comes here; `by` is the id of their session."""

    def __init__(self, ground: Ground, policies: Policies, folders: Folders) -> None:
        self._ground = ground
        self._policies = policies
        self._folders = folders

    async def add_rule(self, text: str, by: str) -> StoredRule:
        """Keep a rule, as it is printed. Raises `BadRule`, `RuleThere` and `TooManyRules`."""
        rule = StoredRule(new_id(), written(read_rule(text)), by, self._ground.clock.now())

        async def put(tx: Transaction) -> StoredRule:
            await tx.lock(store.TOPIC)
            if there := await store.find_text(tx, rule.text):
                raise RuleThere("this rule is there", id=there)
            if await store.count(tx) >= MOST_RULES:
                raise TooManyRules("delete a rule first", most=MOST_RULES)
            await store.add(tx, rule)
            await self._ground.audit.append(tx, "rule_added", rule.id, {"rule": rule.text, "by": by})
            return rule

        return await self._change(put)

    async def remove_rule(self, id: str, by: str) -> None:
        """Let go of a rule. Raises `NoSuchRule`."""

        async def put(tx: Transaction) -> None:
            text = await store.remove(tx, id)
            if text is None:
                raise NoSuchRule("no rule of yours has this id")
            await self._ground.audit.append(tx, "rule_removed", id, {"rule": text, "by": by})

        await self._change(put)

    async def give(self, text: str, scope: GrantScope, subject: str, by: str) -> StoredGrant:
        """Allow what a rule says for a run that has begun, a conversation, an opened folder, a job, or for good.

        `subject` is the id of what it is for, empty for good. Raises `BadRule`, `ScopeNotOffered`, `UnboundGrant`,
        `RuleThere`, `TooManyRules`, and what `Folders.find` raises.
        """
        rule = read_rule(text)
        if scope not in (offered := scopes_by_hand(rule)):
            raise ScopeNotOffered("this cannot be allowed that far", scope=scope, offered=list(offered))
        if bool(subject) is (scope == "always"):
            raise UnboundGrant("name what it is for, and only that", scope=scope, subject=subject)
        if scope == "workspace":
            self._folders.find(subject)
        given = StoredGrant(new_id(), scope, subject, written(rule), (), by, self._ground.clock.now())
        return await self._change(partial(self._put_grant, given))

    async def _put_grant(self, grant: StoredGrant, tx: Transaction) -> StoredGrant:
        await tx.lock(store.TOPIC)
        run = await runs.find(tx, grant.subject) if grant.scope == "run" else None
        if grant.scope == "run" and run is None:
            raise UnboundGrant("no run with this id has begun", scope="run", subject=grant.subject)
        there = await grants.all_grants(tx)
        for other in there:
            if (other.scope, other.subject, other.rule) == (grant.scope, grant.subject, grant.rule):
                raise RuleThere("this is allowed already", id=other.id)
        if len(there) >= MOST_RULES:
            raise TooManyRules("take a grant back first", most=MOST_RULES)
        kept = replace(grant, taint=tuple(sorted(run.taint))) if run else grant
        await grants.add(tx, kept)
        facts = {"scope": kept.scope, "subject": kept.subject, "rule": kept.rule, "by": kept.created_by}
        await self._ground.audit.append(tx, "granted", kept.id, facts)
        return kept

    async def revoke(self, id: str, by: str) -> None:
        """Take a grant back; it allows nothing from here on, in runs that are going too. Raises `NoSuchGrant`."""

        async def put(tx: Transaction) -> None:
            if not await grants.remove(tx, id):
                raise NoSuchGrant("no grant has this id")
            await self._ground.audit.append(tx, "revoked", id, {"by": by})

        await self._change(put)

    async def set_mode(self, mode: Mode, conversation: str, by: str) -> None:
        """Choose a mode, for one conversation or, with an empty id, for all others.

        A run that is going keeps a lower one it began with. Raises `ModeNotAvailable`.
        """
        await self._check(mode)
        now = self._ground.clock.now()

        async def put(tx: Transaction) -> None:
            await runs.set_mode(tx, conversation, mode, by, now)
            await self._ground.audit.append(tx, "mode", conversation, {"mode": mode, "by": by})

        await self._change(put)

    async def clear_grants(self) -> None:
        """Let go of grants that have had their time."""
        now = self._ground.clock.now()
        async with self._ground.database.read() as tx:
            over = [grant.id for grant in await grants.all_grants(tx) if grant.is_over(now)]

        async def put(tx: Transaction) -> None:
            for id in over:
                if await grants.remove(tx, id):
                    await self._ground.audit.append(tx, "revoked", id, {"by": ""})

        if over:
            await self._change(put)

    async def _check(self, mode: Mode) -> None:
        if mode == "unattended":
            raise ModeNotAvailable("only jobs are unattended", mode=mode, needs="job")
        if mode != "workspace":
            return
        if not any(folder.access == "write" for folder in self._folders.all()):
            raise ModeNotAvailable("open a folder to write first", mode=mode, needs="trusted_folder")
        if await self._policies.tier() < WORKSPACE_TIER:
            raise ModeNotAvailable("the sandbox of this machine is too weak", mode=mode, needs="tier")

    async def _change(self, put: Callable[[Transaction], Awaitable[T]]) -> T:
        async def counted(tx: Transaction) -> T:
            done = await put(tx)
            await store.raise_version(tx)
            return done

        done = await self._ground.write(counted)
        await self._policies.refresh()
        self._ground.announce(CHANGED, {"version": self._policies.current.version})
        return done


def read_rule(text: str) -> Rule:
    """Read a rule a person wrote. Raises `BadRule`."""
    try:
        return parse(text)
    except RuleError as error:
        raise BadRule("this is not a rule", problem=error.code, place=error.place) from None
