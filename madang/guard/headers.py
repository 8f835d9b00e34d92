"""The headers on every answer: what a page may load and run, and what other pages may do with it."""

from madang.guard import paths
from madang.guard.asgi import App, Header, Message, Receive, Scope, Send, is_request

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; "
    "media-src 'self' blob:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; object-src 'none'; "
    "frame-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types madang-url"
)
# Swagger's page writes markup and draws its icons from data: addresses, so it alone goes without Trusted Types.
DOCS_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; object-src 'none'; frame-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'"
)
# Only names that Chromium knows: for any other it writes a warning on each page.
_PERMISSIONS = ("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen",
                "geolocation", "gyroscope", "hid", "identity-credentials-get", "idle-detection", "local-fonts",
                "magnetometer", "midi", "payment", "picture-in-picture", "publickey-credentials-get",
                "screen-wake-lock", "serial", "storage-access", "usb", "xr-spatial-tracking")  # fmt: skip
PERMISSIONS = ", ".join([*(f"{name}=()" for name in _PERMISSIONS), "microphone=(self)", "clipboard-write=(self)"])

_COMMON = {
    "content-security-policy": CSP,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-dns-prefetch-control": "off",
    "permissions-policy": PERMISSIONS,
}


def _encoded(headers: dict[str, str]) -> tuple[Header, ...]:
    return tuple((name.encode(), value.encode()) for name, value in headers.items())


_OF_FILES = _encoded(_COMMON)
_OF_DOCS = _encoded(_COMMON | {"content-security-policy": DOCS_CSP, "cache-control": "no-store"})
_OF_ANSWERS = _encoded(_COMMON | {"cache-control": "no-store"})
# An answer's own policy stays beside ours: browsers keep to both.
_REPLACED = frozenset(name for name, _ in _OF_ANSWERS) - {b"content-security-policy"}
_REPLACED_IN_FILES = _REPLACED - {b"cache-control"}


def headers_for(path: str) -> tuple[Header, ...]:
    """Return the headers of an answer from `path`. Only the page and its files may be kept by a browser."""
    if paths.is_page(path) or paths.is_file(path):
        return _OF_FILES
    return _OF_DOCS if paths.is_docs(path) else _OF_ANSWERS


class Headers:
    """Puts `headers_for` on every answer, refusals included; a header the answer has itself is replaced.

    An answer's own `content-security-policy` stays beside ours: browsers keep to both.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not is_request(scope):
            await self._app(scope, receive, send)
            return
        ours = headers_for(scope["path"])

        async def add(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                message["headers"] = [*_others(message.get("headers", ()), ours), *ours]
            await send(message)

        await self._app(scope, receive, add)


def _others(theirs: list[Header], ours: tuple[Header, ...]) -> list[Header]:
    replaced = _REPLACED_IN_FILES if ours is _OF_FILES else _REPLACED
    return [header for header in theirs if header[0].lower() not in replaced]
