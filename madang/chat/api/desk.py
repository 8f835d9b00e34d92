"""/api/chat/drafts and /api/chat/presets."""

from typing import Annotated

from fastapi import APIRouter, Response

from madang.chat.api.bodies import Draft, NewPreset, PresetChange
from madang.chat.api.shape import PresetShape, answer
from madang.chat.body import read_options
from madang.chat.service import Chat
from madang.chat.types import Options
from madang.web import Page, needs, service

router = APIRouter(prefix="/api/chat")
ChatDep = Annotated[Chat, service(Chat)]


@router.get("/drafts/{key}", dependencies=[needs("read")], responses={200: {"model": Draft}})
async def read_draft(chat: ChatDep, key: str) -> Response:
    """Return the draft of a conversation, or of the key `new`; empty if there is none."""
    return answer({"content": await chat.drafts.find(key)})


@router.put("/drafts/{key}", dependencies=[needs("chat")], responses={200: {"model": Draft}})
async def save_draft(chat: ChatDep, key: str, draft: Draft) -> Response:
    """Keep a draft; an empty one is removed."""
    await chat.drafts.save(key, draft.content)
    return answer({"content": draft.content})


@router.get("/presets", dependencies=[needs("read")], responses={200: {"model": Page[PresetShape]}})
async def list_presets(chat: ChatDep) -> Response:
    """Return all presets by name."""
    return answer({"items": [preset.as_json() for preset in await chat.presets.everyone()], "next_cursor": None})


@router.post("/presets", dependencies=[needs("manage")], status_code=201, responses={201: {"model": PresetShape}})
async def create_preset(chat: ChatDep, new: NewPreset) -> Response:
    """Save options under a name."""
    preset = await chat.presets.create(new.name, Options(**read_options(new.options)))
    return answer(preset.as_json(), 201)


@router.patch("/presets/{preset_id}", dependencies=[needs("manage")], responses={200: {"model": PresetShape}})
async def change_preset(chat: ChatDep, preset_id: str, change: PresetChange) -> Response:
    """Give a preset another name, other options, or both."""
    options = None if change.options is None else Options(**read_options(change.options))
    return answer((await chat.presets.change(preset_id, change.name, options)).as_json())


@router.delete("/presets/{preset_id}", dependencies=[needs("manage")], status_code=204)
async def remove_preset(chat: ChatDep, preset_id: str) -> Response:
    """Remove a preset."""
    await chat.presets.remove(preset_id)
    return Response(status_code=204)
