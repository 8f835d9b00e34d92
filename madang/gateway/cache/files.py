"""Where the kept answers stand."""

from pathlib import Path


def key_file(folder: Path) -> Path:
    """Return where the seal's key stands for the cache in `folder`."""
    return folder.with_name(f"{folder.name}.key")


def database_file(folder: Path) -> Path:
    """Return where the rows stand for the cache in `folder`."""
    return folder / "cache.db"
