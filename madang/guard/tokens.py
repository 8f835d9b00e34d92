"""Bearer tokens for programs, each with the scopes a person gave it."""

import asyncio
from dataclasses import replace
from datetime import datetime
from hmac import compare_digest

from madang.clock import Clock
from madang.db.database import Database
from madang.errors import MadangError
from madang.guard import store
from madang.guard.errors import NoSuchToken
from madang.guard.secret import hash_of
from madang.guard.types import Token
from madang.ids import new_id, new_secret
from madang.principal import ALL_SCOPES, Announce, Principal, Scope

PREFIX = "mdt_"
ENVIRONMENT = "environment"
"""Id of the token that the settings bring (MADANG_TOKEN)."""


class Tokens:
    """All live tokens, in memory as hashes. `of_environment` is a token from the settings, with all scopes."""

    def __init__(self, db: Database, clock: Clock, announce: Announce, of_environment: str | None = None) -> None:
        self._db = db
        self._clock = clock
        self._announce = announce
        self._by_hash: dict[str, Token] = {}
        self._environment_hash = hash_of(of_environment) if of_environment else None
        self._used: dict[str, datetime] = {}
        self._changing = asyncio.Lock()
        self._is_outdated = False

    async def start(self) -> None:
        """Read the tokens, and hear of those that are made and revoked at other processes."""
        self._db.hear(store.TOKENS, self._heard)
        self._db.refresh_on(store.TOKENS, self.refresh)
        await self.refresh()

    async def refresh(self) -> None:
        """Read the tokens again."""
        async with self._changing:
            # Before reading: what is heard meanwhile has to be read again.
            self._is_outdated = False
            try:
                self._by_hash = {token.token_hash: token for token in await store.live_tokens(self._db)}
            except MadangError:
                self._is_outdated = True
                raise

    async def stop(self) -> None:
        """Write when each was last used."""
        await store.note_used(self._db, self._used)

    async def create(
        self, name: str, scopes: frozenset[Scope], models: frozenset[str] | None = None, keeps_answers: bool = False
    ) -> tuple[Token, str]:
        """Make a token, for all models or only for these; the text is shown this once."""
        text = PREFIX + new_secret()
        token = Token(
            new_id(),
            name,
            hash_of(text),
            text[-4:],
            scopes,
            self._clock.now(),
            models=models,
            keeps_answers=keeps_answers,
        )
        async with self._changing:
            await store.add_token(self._db, token)
            self._by_hash[token.token_hash] = token
        self._announce("sessions.changed", {})
        return token, text

    async def find(self, text: str) -> Principal | None:
        """Return whose token this is. Looked up by its hash, so timing tells nothing about the text."""
        token_hash = hash_of(text)
        if self._environment_hash and compare_digest(token_hash, self._environment_hash):
            return Principal("token", ENVIRONMENT, ALL_SCOPES)
        if self._is_outdated:
            await self.refresh()
        token = self._by_hash.get(token_hash) or await self._of_another(token_hash)
        if token is None:
            return None
        self._used[token.id] = self._clock.now()
        return Principal("token", token.id, token.scopes, token.models, token.keeps_answers)

    def is_live(self, id: str) -> bool:
        """Say whether the token still opens something."""
        if id == ENVIRONMENT:
            return self._environment_hash is not None
        return any(token.id == id for token in self._by_hash.values())

    def all(self) -> list[Token]:
        """Return the tokens a person made, the oldest first."""
        return [replace(token, last_used_at=self._used.get(token.id, token.last_used_at)) for token in self._sorted()]

    async def delete(self, id: str) -> None:
        """Revoke a token; it opens nothing from here on. Raises `NoSuchToken`."""
        token = next((token for token in self._by_hash.values() if token.id == id), None)
        if token is None:
            raise NoSuchToken("no token has this id")
        del self._by_hash[token.token_hash]
        self._used.pop(id, None)
        async with self._changing:
            await store.revoke_token(self._db, id, self._clock.now())
            self._by_hash.pop(token.token_hash, None)
        self._announce("sessions.changed", {})

    async def _of_another(self, token_hash: str) -> Token | None:
        """The token, where another process made it and the news of it is still on its way."""
        if self._db.is_sqlite:
            return None
        async with self._changing:
            token = await store.find_token(self._db, token_hash)
            if token:
                self._by_hash[token_hash] = token
            return token

    def _heard(self, about: str) -> None:
        # The next request waits for the table, so that a token revoked elsewhere opens nothing here.
        self._is_outdated = True

    def _sorted(self) -> list[Token]:
        return sorted(self._by_hash.values(), key=lambda token: token.id)
