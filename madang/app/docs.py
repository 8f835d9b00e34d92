"""The API's own pages: `/docs` (Swagger, from files that ship with Madang) and `/openapi.json`."""

from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse

from madang.web import needs

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Madang API</title>
<link rel="stylesheet" href="/static/{version}/vendor/swagger-ui/swagger-ui.css">
<script src="/static/{version}/vendor/swagger-ui/swagger-ui-bundle.js" defer></script>
<script src="/static/{version}/docs.js" type="module"></script>
<div id="docs"></div>
</html>
"""


def add_docs(web: FastAPI, version: str) -> None:
    """Serve both, to whoever may read. `version` names the page's files."""

    @web.get("/docs", include_in_schema=False, dependencies=[needs("read")])
    async def docs() -> HTMLResponse:
        return HTMLResponse(_PAGE.format(version=version))

    @web.get("/openapi.json", include_in_schema=False, dependencies=[needs("read")])
    async def openapi() -> JSONResponse:
        return JSONResponse(web.openapi())
