"""/api/keys: what is said about the keys of providers, and how one is kept, replaced and deleted."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field, SecretStr

from madang.secrets.service import Secrets
from madang.secrets.types import SecretStatus, Stored
from madang.web import Body, needs, service

router = APIRouter(prefix="/api/keys", tags=["keys"])

SecretsDep = Annotated[Secrets, service(Secrets)]


class NewKey(Body):
    """The key, and where to keep it; left out, the keyring, or a file only its owner reads where there is none."""

    value: SecretStr = Field(min_length=1, max_length=10_000)
    place: Stored | None = None


@router.get("", dependencies=[needs("read")])
async def all_keys(secrets: SecretsDep) -> list[SecretStatus]:
    """Say of every key whether it is set, its last four characters and where it lives."""
    return await secrets.all()


@router.put("/{name}", dependencies=[needs(person=True)])
async def keep(name: str, body: NewKey, secrets: SecretsDep) -> SecretStatus:
    """Keep a key, in place of the one before. No answer ever holds it."""
    return await secrets.set(name, body.value.get_secret_value(), body.place)


@router.delete("/{name}", status_code=204, dependencies=[needs(person=True)])
async def delete(name: str, secrets: SecretsDep) -> None:
    """Delete a stored key."""
    await secrets.delete(name)
