"""Where the model and its engine lie on the disk, and whether they were checked."""

import hashlib
import importlib.metadata
import json
import os
import shutil
from pathlib import Path
from threading import Event

from madang.gateway.embedded.errors import PlaceFailed
from madang.gateway.embedded.types import EnginePackage, Model

_BLOCK_BYTES = 1 << 22


class Shelf:
    """The folder of the built-in model. Several data folders may share one."""

    def __init__(self, folder: Path, model: Model, engine: EnginePackage) -> None:
        self.folder = folder
        self.model_path = folder / "models" / model.file_name
        self.partial_path = self.model_path.with_suffix(".partial")
        self.joined_path = self.model_path.with_suffix(".joined")
        self.parts = folder / "parts"
        self.engines = folder / "engine"
        self.lock_path = folder / "fetch.lock"
        self._mark_path = self.model_path.with_suffix(".checked")
        self._model, self._engine = model, engine

    def make(self) -> None:
        """Make the folders, readable by their owner only."""
        for folder in (self.folder, self.model_path.parent, self.engines):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def has_model(self) -> bool:
        """Whether the file is the one whose hash was found right. Looks at its size and time only."""
        try:
            return bool(json.loads(self._mark_path.read_bytes()) == self._mark(self.model_path))
        except (OSError, ValueError):
            return False

    def accept(self, candidate: Path, stop: Event) -> None:
        """Hash `candidate`, make it durable and put it in the model's place. Raises `PlaceFailed` for a wrong one."""
        if self._hash(candidate, stop) != self._model.sha256:
            candidate.unlink()
            raise PlaceFailed("the file has another SHA-256 than the model")
        candidate.replace(self.model_path)
        _sync(self.model_path.parent)
        self._mark_path.write_text(json.dumps(self._mark(self.model_path)), encoding="utf-8")

    def engine_path(self) -> Path | None:
        """The folder to import the engine from: our own, or the environment's where it has the same version."""
        own = self._own_engine_path()
        if own.is_dir():
            return own
        try:
            installed = importlib.metadata.distribution(self._engine.name)
        except importlib.metadata.PackageNotFoundError:
            return None
        return Path(str(installed.locate_file(""))) if installed.version == self._engine.version else None

    def put_engine(self, unpacked: Path) -> None:
        """Move a complete engine into its place."""
        unpacked.replace(self._own_engine_path())

    def clean(self) -> None:
        """Throw away what was only needed on the way."""
        shutil.rmtree(self.parts, ignore_errors=True)
        for path in (self.partial_path, self.joined_path):
            path.unlink(missing_ok=True)

    def remove(self) -> None:
        """Delete the model, the engine and every piece of them."""
        self.clean()
        self._mark_path.unlink(missing_ok=True)
        self.model_path.unlink(missing_ok=True)
        shutil.rmtree(self.engines, ignore_errors=True)

    def _own_engine_path(self) -> Path:
        return self.engines / f"{self._engine.name}-{self._engine.version}"

    def _mark(self, path: Path) -> dict[str, str | int]:
        found = path.stat()
        return {"sha256": self._model.sha256, "size": found.st_size, "mtime_ns": found.st_mtime_ns}

    def _hash(self, path: Path, stop: Event) -> str:
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES):
                if stop.is_set():
                    raise PlaceFailed("stopped")
                digest.update(block)
            os.fsync(file.fileno())
        return digest.hexdigest()


def _sync(folder: Path) -> None:
    """Make a rename in `folder` survive a power cut, where folders can be opened."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
