"""Which addresses are open to everybody. All others need a credential, whether they exist or not."""

import re

_PAGES = frozenset({"/", "/chat", "/inbox", "/files", "/usage", "/settings"})
_PARTS_OF_PAGES = re.compile(r"/(?:chat|files|settings)/[0-9A-Za-z_-]{1,64}")
_FILES = frozenset({"/favicon.ico", "/favicon.svg", "/manifest.webmanifest"})
_QUESTIONS = frozenset({("GET", "/api/health/live"), ("HEAD", "/api/health/live"), ("GET", "/api/session/ways")})
SIGN_IN = ("POST", "/api/session")
_DOCS = frozenset({"/docs", "/openapi.json"})


def is_page(path: str) -> bool:
    """Say whether a browser may be sent here by a link: the page itself, which holds nothing of anybody's."""
    return path in _PAGES or _PARTS_OF_PAGES.fullmatch(path) is not None


def is_file(path: str) -> bool:
    """Say whether this is a file of the page. Anything that could climb out of `/static/` is not one."""
    return path in _FILES or (path.startswith("/static/") and is_plain(path))


def is_plain(path: str) -> bool:
    """Say whether no part of the path is empty, climbs, or is written in a way that another reader takes otherwise."""
    return (
        path.isprintable() and "\\" not in path and "%" not in path and not {"", ".", ".."} & set(path[1:].split("/"))
    )


def is_public(method: str, path: str) -> bool:
    """Say whether the request needs no credential. Compared exactly: no folding of case, slashes or dots."""
    if method in ("GET", "HEAD") and (is_page(path) or is_file(path)):
        return True
    return (method, path) in _QUESTIONS or (method, path) == SIGN_IN


def opens_by_cookie(method: str, path: str) -> bool:
    """Say whether the cookie alone is enough, because a browser that follows a link sends nothing else."""
    return method in ("GET", "HEAD") and (path in _DOCS or path.startswith("/docs/"))


def is_docs(path: str) -> bool:
    """Say whether the path belongs to the interactive description of the API."""
    return path == "/docs" or path.startswith("/docs/")
