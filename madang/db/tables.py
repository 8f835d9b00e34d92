"""All tables together: whoever makes or compares them takes the metadata from here, when it knows each of them."""

from madang.db import schema, walls
from madang.db.metadata import metadata

__all__ = ["metadata", "schema", "walls"]
