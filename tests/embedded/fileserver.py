"""A loopback server of files that continues by Range, and that can break off, hold back or refuse."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web


@dataclass
class FileServer:
    """Serves `files` by name and the wheels of `index` as pip's list of links."""

    files: dict[str, bytes] = field(default_factory=dict)
    index: Path | None = None
    break_after: list[int] = field(default_factory=list)
    """One answer each: so many bytes, then the connection is cut."""
    held: set[str] = field(default_factory=set)
    """Names that begin so are never answered."""
    has_ranges: bool = True
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    base_url: str = ""

    async def __aenter__(self) -> "FileServer":
        app = web.Application()
        app.router.add_get("/{name:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    def asked_for(self, start: str) -> list[tuple[str, str | None]]:
        return [(name, wanted) for name, wanted in self.asked if name.startswith(start)]

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        self.asked.append((name, request.headers.get("Range")))
        if name == "" and self.index is not None:
            links = "".join(f'<a href="{path.name}">{path.name}</a>\n' for path in sorted(self.index.glob("*.whl")))
            return web.Response(text=f"<!doctype html><html><body>{links}</body></html>", content_type="text/html")
        if any(name.startswith(start) for start in self.held):
            await asyncio.sleep(3600)
        content = self._content(name)
        return web.Response(status=404) if content is None else await self._send(request, content)

    def _content(self, name: str) -> bytes | None:
        if self.index is not None and (path := self.index / name).is_file():
            return path.read_bytes()
        return self.files.get(name)

    async def _send(self, request: web.Request, content: bytes) -> web.StreamResponse:
        first = int((request.headers.get("Range") or "bytes=0-")[6:-1]) if self.has_ranges else 0
        response = web.StreamResponse(status=206 if first else 200)
        if first:
            response.headers["Content-Range"] = f"bytes {first}-{len(content) - 1}/{len(content)}"
        response.content_length = len(content) - first
        await response.prepare(request)
        if self.break_after:
            await response.write(content[first : first + self.break_after.pop(0)])
            assert request.transport is not None
            request.transport.close()
            return response
        await response.write(content[first:])
        return response
