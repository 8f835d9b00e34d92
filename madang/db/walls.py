"""The tables of what may be done to this machine: opened folders, rules, questions, what was done and can be undone."""

from sqlalchemy import BigInteger, Column, Table, Text

from madang.db.metadata import metadata
from madang.db.types import Json, Moment, Words

# The folders a person opened; `dev` and `ino` tell that the folder under the path is still the one that was opened.
opened_folders = Table(
    "opened_folders",
    metadata,
    Column("id", Text, primary_key=True),
    Column("path", Words, nullable=False, unique=True),
    Column("name", Words, nullable=False),
    Column("access", Text, nullable=False),
    Column("dev", BigInteger, nullable=False),
    Column("ino", BigInteger, nullable=False),
    # SHA-256 by path of the files in it that Madang itself loads, as the person last saw them.
    Column("accepted", Json, nullable=False),
    Column("opened_at", Moment, nullable=False),
)
