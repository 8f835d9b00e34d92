"""/api/settings: what the person chose."""

from typing import Annotated, Any

from fastapi import APIRouter, Body

from madang.preferences.service import Preferences
from madang.preferences.types import PreferencePatch, PreferenceValues
from madang.principal import Principal
from madang.web import needs, service

router = APIRouter(prefix="/api/settings", tags=["settings"])

PreferencesDep = Annotated[Preferences, service(Preferences)]


def _schema() -> dict[str, Any]:
    """Return the patch's schema in one piece: a reference inside it would lead nowhere in the whole description."""
    schema = PreferencePatch.model_json_schema()
    schema["properties"]["routes"]["items"] = schema.pop("$defs")["RouteBody"]
    return schema


_PATCH = {"requestBody": {"content": {"application/json": {"schema": _schema()}}}}


@router.get("", dependencies=[needs("read")])
async def read(preferences: PreferencesDep) -> PreferenceValues:
    """Everything chosen."""
    return preferences.get()


@router.patch("", openapi_extra=_PATCH)
async def change(
    patch: Annotated[dict[str, Any], Body()],
    principal: Annotated[Principal, needs("manage")],
    preferences: PreferencesDep,
) -> PreferenceValues:
    """Make some choices. A program may set the cache; the rest is a person's."""
    return await preferences.change(patch, principal)
