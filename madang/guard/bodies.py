"""What the addresses of sessions and tokens take and answer."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from madang.guard.types import Session, Token
from madang.web import Body, Scope


class SignIn(Body):
    """One of the two: the code from the link that the terminal shows, or the password from the settings."""

    code: str | None = Field(None, min_length=1, max_length=1024)
    password: str | None = Field(None, min_length=1, max_length=1024)

    @model_validator(mode="after")
    def _one_of_two(self) -> "SignIn":
        if (self.code is None) == (self.password is None):
            raise ValueError("give either code or password")
        return self


class NewToken(Body):
    """A program's name, by which a person recognises it, what it may do, and the only models it may ask, if not all.

    With models of its own a token asks through `/v1` only. With `keeps_answers` what it asks there is kept.
    """

    name: str = Field(min_length=1, max_length=100, pattern=r"\S")
    scopes: list[Scope] = Field(min_length=1, max_length=3)
    models: list[Annotated[str, Field(min_length=1, max_length=400)]] | None = Field(None, min_length=1, max_length=100)
    keeps_answers: bool = False


class SignedIn(BaseModel):
    """The header token (`X-Madang-Token`) of a session that has begun; its cookie came beside it."""

    token: str
    expires_at: datetime


class Ways(BaseModel):
    """How a person can sign in besides the link of the terminal."""

    password: bool


class WhoIAm(BaseModel):
    """Who the request came from; a program's token has no end."""

    kind: Literal["person", "token"]
    id: str
    scopes: list[Scope]
    expires_at: datetime | None


class SessionAnswer(BaseModel):
    """One browser that is signed in; `is_current` is the one that asks."""

    id: str
    label: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    is_current: bool

    @classmethod
    def of(cls, session: Session, current_id: str) -> "SessionAnswer":
        """Describe `session` to the browser whose session is `current_id`."""
        return cls(
            id=session.id,
            label=session.label,
            created_at=session.created_at,
            last_seen_at=session.last_seen_at,
            expires_at=session.expires_at,
            is_current=session.id == current_id,
        )


class TokenAnswer(BaseModel):
    """One token; of the text only the last four characters are known."""

    id: str
    name: str
    last4: str
    scopes: list[Scope]
    models: list[str] | None
    keeps_answers: bool
    created_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, token: Token) -> "TokenAnswer":
        """Describe `token`."""
        return cls(
            id=token.id,
            name=token.name,
            last4=token.last4,
            scopes=sorted(token.scopes),
            models=None if token.models is None else sorted(token.models),
            keeps_answers=token.keeps_answers,
            created_at=token.created_at,
            last_used_at=token.last_used_at,
        )


class CreatedToken(TokenAnswer):
    """A token that was just made, with its text, which is shown this once."""

    token: str


class Code(BaseModel):
    """A sign-in code for the fragment of the page's address: 60 seconds, one use."""

    code: str


class Ticket(BaseModel):
    """A ticket for one WebSocket, sent as the sub-protocol `ticket.<ticket>`: 30 seconds, one use."""

    ticket: str
