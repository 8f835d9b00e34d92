"""The database as it lies there, read past the product: a copy of the SQLite files, or a connection of its own."""

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

import psycopg

from soak.server import House

FILE = "madang.sqlite3"
_PARTS = ("", "-wal")


class Rows(Protocol):
    """Answers SQL that both databases understand."""

    def execute(self, statement: str) -> Any: ...


@contextmanager
def rows_of(house: House) -> Iterator[Rows]:
    """Read the database of a house, whether it runs or not. SQLite is copied: its log stays as the dead left it."""
    if house.database_url:
        with psycopg.connect(house.database_url, autocommit=True) as connection:
            yield connection
        return
    with tempfile.TemporaryDirectory(dir=house.folder) as copy:
        for part in _PARTS:
            source = house.place.folder / f"{FILE}{part}"
            if source.exists():
                shutil.copyfile(source, Path(copy) / source.name)
        with closing(sqlite3.connect(Path(copy) / FILE)) as connection:
            yield connection


@contextmanager
def live_rows(house: House) -> Iterator[Rows]:
    """Read the database of a house that runs, without a copy."""
    if house.database_url:
        with rows_of(house) as rows:
            yield rows
        return
    path = house.place.folder / FILE
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as connection:
        yield connection


def all_of(rows: Rows, statement: str) -> Sequence[tuple[Any, ...]]:
    """Return every row of a question."""
    found: Sequence[tuple[Any, ...]] = rows.execute(statement).fetchall()
    return found
