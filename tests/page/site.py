"""The frontend's files alone on a loopback port, under the product's headers, with an empty page for trying parts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; object-src 'none'; "
    "frame-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types madang-url"
)
EMPTY_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>parts</title>'
    '<link rel="stylesheet" href="/static/styles/tokens.css"><link rel="stylesheet" href="/static/styles/base.css">'
    '<link rel="stylesheet" href="/static/styles/parts.css">'
    '</head><body><main id="place"></main></body></html>'
)


@dataclass(slots=True)
class Site:
    """Where the files are served, and which paths were asked for."""

    url: str = ""
    asked: list[str] = field(default_factory=list)


@asynccontextmanager
async def frontend_site(*, harness: Path) -> AsyncIterator[Site]:
    """Serve `frontend/` under `/static`, an empty page at `/`, a test's script at `/harness.js`, nothing else."""
    site = Site()

    @web.middleware
    async def with_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
        site.asked.append(request.path)
        response = await handler(request)
        response.headers["Content-Security-Policy"] = CSP
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    async def page(_: web.Request) -> web.Response:
        return web.Response(text=EMPTY_PAGE, content_type="text/html")

    async def script(_: web.Request) -> web.FileResponse:
        return web.FileResponse(harness)

    async def icon(_: web.Request) -> web.Response:
        return web.Response(status=204)

    app = web.Application(middlewares=[with_headers])
    for path, handler in (("/", page), ("/harness.js", script), ("/favicon.ico", icon)):
        app.router.add_get(path, handler)
    app.router.add_static("/static", FRONTEND)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        tcp = web.TCPSite(runner, "127.0.0.1", 0)
        await tcp.start()
        host, port = runner.addresses[0][:2]
        site.url = f"http://{host}:{port}"
        yield site
    finally:
        await runner.cleanup()
