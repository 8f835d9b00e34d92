"""/api/session and /api/tokens: signing in and out, who is signed in, and tokens for programs."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from madang.errors import NotAllowed
from madang.guard.auth import CONTROL, address_of
from madang.guard.bodies import (
    Code,
    CreatedToken,
    NewToken,
    SessionAnswer,
    SignedIn,
    SignIn,
    Ticket,
    TokenAnswer,
    Ways,
    WhoIAm,
)
from madang.guard.cookies import Cookie
from madang.guard.once import SignInCodes, Tickets
from madang.guard.password import Password
from madang.guard.sessions import LIFETIME, Sessions
from madang.guard.signin import SignIns
from madang.guard.tokens import Tokens
from madang.web import Page, Principal, needs, service

router = APIRouter(prefix="/api", tags=["session"])

Someone = Annotated[Principal, needs()]
Person = Annotated[Principal, needs(person=True)]
SessionsDep = Annotated[Sessions, service(Sessions)]
TokensDep = Annotated[Tokens, service(Tokens)]
CookieDep = Annotated[Cookie, service(Cookie)]


@router.get("/session/ways")
async def ways(password: Annotated[Password, service(Password)]) -> Ways:
    """Say how a person can sign in. Needs no credential."""
    return Ways(password=password.is_set)


@router.post("/session", status_code=201)
async def sign_in(
    body: SignIn,
    request: Request,
    response: Response,
    sign_ins: Annotated[SignIns, service(SignIns)],
    cookie: CookieDep,
) -> SignedIn:
    """Sign in with a code or the password. Answers the header token and sets the cookie; needs no credential."""
    opened = await sign_ins.sign_in(body, address_of(request.scope), request.headers.get("user-agent", ""))
    response.headers.append("set-cookie", cookie.set_to(opened.cookie, LIFETIME, request.scope))
    return SignedIn(token=opened.token, expires_at=opened.session.expires_at)


@router.get("/session")
async def who_am_i(principal: Someone, sessions: SessionsDep) -> WhoIAm:
    """Say who the request came from."""
    session = sessions.get(principal.id)
    ends_at = session.expires_at if session else None
    return WhoIAm(kind=principal.kind, id=principal.id, scopes=sorted(principal.scopes), expires_at=ends_at)


@router.delete("/session", status_code=204)
async def sign_out(
    principal: Person, request: Request, response: Response, sessions: SessionsDep, cookie: CookieDep
) -> None:
    """Sign this browser out; its open streams end."""
    await sessions.close(principal.id)
    response.headers.append("set-cookie", cookie.cleared(request.scope))


@router.post("/session/ticket", status_code=201)
async def ticket(principal: Someone, tickets: Annotated[Tickets, service(Tickets)]) -> Ticket:
    """Make a ticket that opens one WebSocket within 30 seconds."""
    return Ticket(ticket=await tickets.issue(principal))


@router.post("/session/code", status_code=201)
async def code(principal: Someone, codes: Annotated[SignInCodes, service(SignInCodes)]) -> Code:
    """Make a sign-in code, for a person who signs in another browser or for the owner of the data folder."""
    if principal.kind != "person" and principal.id != CONTROL:
        raise NotAllowed("only a signed-in person or the key of the runtime file gives out codes", needs="person")
    return Code(code=await codes.issue())


@router.get("/session/all")
async def all_sessions(principal: Person, sessions: SessionsDep) -> Page[SessionAnswer]:
    """List the browsers that are signed in, the one seen last first."""
    return Page(items=[SessionAnswer.of(session, principal.id) for session in sessions.all()])


@router.delete("/session/all", status_code=204)
async def sign_out_everywhere(
    principal: Person, request: Request, response: Response, sessions: SessionsDep, cookie: CookieDep
) -> None:
    """Sign every browser out, this one as well."""
    await sessions.close_all()
    response.headers.append("set-cookie", cookie.cleared(request.scope))


@router.get("/tokens")
async def all_tokens(principal: Person, tokens: TokensDep) -> Page[TokenAnswer]:
    """List the tokens of programs, the oldest first."""
    return Page(items=[TokenAnswer.of(token) for token in tokens.all()])


@router.post("/tokens", status_code=201)
async def create_token(body: NewToken, principal: Person, tokens: TokensDep) -> CreatedToken:
    """Make a token. Its text is in this answer and never again."""
    token, text = await tokens.create(body.name.strip(), frozenset(body.scopes), _models(body), body.keeps_answers)
    return CreatedToken(token=text, **TokenAnswer.of(token).model_dump())


@router.delete("/tokens/{id}", status_code=204)
async def delete_token(id: str, principal: Person, tokens: TokensDep) -> None:
    """Revoke a token; it opens nothing from here on."""
    await tokens.delete(id)


def _models(body: NewToken) -> frozenset[str] | None:
    return None if body.models is None else frozenset(body.models)
