"""/api/chat: conversations, turns, and what lies around them."""

from fastapi import APIRouter

from madang.chat.api import ask, attachments, conversations, desk, turns

router = APIRouter(tags=["chat"])
for part in (ask, conversations, turns, desk, attachments):
    router.include_router(part.router)
