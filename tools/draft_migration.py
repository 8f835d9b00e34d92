"""Write the migration that the schema needs: `python -m tools.draft_migration 0002 add_notes`.

Until the first release there is one migration, and `0001 first` writes it anew.
"""

import sys
from pathlib import Path

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from madang.db import migrations
from madang.db.tables import metadata

FOLDER = Path(migrations.__file__).parent
TEMPLATE = '''"""{title}."""

import sqlalchemy as sa
from alembic import op

from madang.db.types import Json, Moment, Words

revision = "{revision}"
down_revision = {previous!r}


def upgrade() -> None:
{body}
'''


def main(revision: str, name: str) -> None:
    """Compare the schema with the migrations before `revision`, and write the difference."""
    earlier = [known for known in migrations.KNOWN if known < revision]
    with create_engine("sqlite://").connect() as connection:
        for script in reversed(list(ScriptDirectory(str(FOLDER)).walk_revisions())):
            if script.revision in earlier:
                with Operations.context(MigrationContext.configure(connection)):
                    script.module.upgrade()
        context = MigrationContext.configure(connection, opts={"user_module_prefix": "", "compare_type": True})
        operations = produce_migrations(context, metadata).upgrade_ops
        if operations is None:
            return
        body = render_python_code(operations, migration_context=context, user_module_prefix="")
    body = "\n".join(line for line in body.splitlines() if "###" not in line).strip()
    title = name.replace("_", " ").capitalize()
    previous = earlier[-1] if earlier else None
    path = FOLDER / "versions" / f"{revision}_{name}.py"
    path.write_text(TEMPLATE.format(title=title, revision=revision, previous=previous, body=f"    {body}"))


if __name__ == "__main__":
    main(*sys.argv[1:3])
