"""The web application: every room's api under one roof, one handler for errors, `/docs`."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from madang import __version__
from madang.app.about import router as about
from madang.app.answers import answer_errors
from madang.app.docs import add_docs
from madang.chat.api import router as chat
from madang.files.api import router as files
from madang.folders.api import router as folders
from madang.gateway.alerts.api import router as alerts
from madang.gateway.api import router as gateway
from madang.gateway.caps.api import router as caps
from madang.gateway.embedder.api import router as embedder
from madang.gateway.pricing.api import router as prices
from madang.guard.api import router as guard
from madang.live.api import router as live
from madang.permissions.api import router as permissions
from madang.preferences.api import router as preferences
from madang.programs.api import router as programs
from madang.redact import Redactor
from madang.secrets.api import router as secrets
from madang.system.api import router as system
from madang.usage.api import router as usage

_DESCRIPTION = (
    "Sign in on the page and try things here, or send `Authorization: Bearer …` with a token from Settings. "
    'Errors are always `{"error": {"code", "message", "details", "id"}}`.'
)


def web_app(services: Mapping[type[Any], Any], version: str = "") -> FastAPI:
    """Return the application over `services`, by type. `version` names the page's files in `/docs`."""
    web = FastAPI(
        title="Madang", version=__version__, description=_DESCRIPTION, docs_url=None, redoc_url=None, openapi_url=None
    )
    web.state.services = services
    web.state.redactor = services.get(Redactor) or Redactor()
    answer_errors(web)
    # They are tried in this order, and the chat is asked most.
    for router in (
        chat, live, guard, preferences, secrets, gateway, caps, prices, alerts, embedder, usage, folders, files,
        permissions, programs, system, about,
    ):  # fmt: skip
        web.include_router(router)
    add_docs(web, version)
    return web
