"""The files of the page: found once, named by their content, compressed once, sent from memory."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from madang.app.recorded import check_page, hashed, recorded_hashes

_COMPRESSED = {".js", ".css", ".html", ".json", ".svg", ".webmanifest", ".txt", ".md"}
_LARGE_BYTES = 256 * 2**10
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class File:
    """One file as it goes over the wire; `packed` is its gzip form, where that is smaller."""

    content: bytes
    packed: bytes | None
    media_type: str
    tag: str


def frontend_dir() -> Path:
    """Return where the page's files lie: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    inside = package / "frontend"
    return inside if inside.is_dir() else package.parent / "frontend"


class Site:
    """The frontend's folder. `version` is a hash over all of it, so an address never changes its content.

    Raises `AlteredPage` where the folder is an installed package's and holds other files than were shipped.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._paths = {path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*")) if path.is_file()}
        self._files: dict[str, File] = {}
        self.version = self._hash()

    def page(self) -> File:
        """Return `index.html` with the version filled in."""
        return self._file("index.html")

    def find(self, path: str) -> tuple[File, bool] | None:
        """Return the file at `path` below `/static/` and whether its address names this version, or None."""
        name, is_fixed = self._named(path)
        return (self._file(name), is_fixed) if name in self._paths else None

    def takes_long(self, path: str) -> bool:
        """Say whether to `find` this one takes so long that others would notice: it is large and not yet compressed."""
        name, _ = self._named(path)
        return name in self._paths and name not in self._files and self._paths[name].stat().st_size > _LARGE_BYTES

    def _named(self, path: str) -> tuple[str, bool]:
        version, _, rest = path.partition("/")
        return (rest, True) if version == self.version else (path, False)

    def _file(self, path: str) -> File:
        if path not in self._files:
            content = self._paths[path].read_bytes()
            if path == "index.html":
                content = content.replace(b"__VERSION__", self.version.encode())
            self._files[path] = _prepared(content, Path(path).suffix)
        return self._files[path]

    def _hash(self) -> str:
        hashes = {name: hashed(path) for name, path in self._paths.items()}
        recorded = recorded_hashes(self._root)
        if recorded is not None:
            check_page(hashes, recorded)
        digest = hashlib.sha256()
        for name, one in hashes.items():
            digest.update(name.encode() + b"\0" + one)
        return digest.hexdigest()[:12]


def _prepared(content: bytes, suffix: str) -> File:
    packed = gzip.compress(content, 9, mtime=0) if suffix in _COMPRESSED else None
    if packed is not None and len(packed) >= len(content):
        packed = None
    media_type = _TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
    return File(content, packed, media_type, f'"{hashlib.sha256(content).hexdigest()[:16]}"')
