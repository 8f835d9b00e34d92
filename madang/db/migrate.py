"""Bring the tables up to date at start: behind a verified backup, in one transaction, and never downwards.

An empty database gets the newest tables at once, so that a first start loads no Alembic; a test holds that the
migrations end in the same.
"""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from madang.db.errors import NewerDatabase
from madang.db.migrations import HEAD, KNOWN
from madang.db.postgresql import Postgresql
from madang.db.sqlite import Sqlite
from madang.db.tables import metadata
from madang.db.transaction import Transaction

# Any number that no other program on the same server is likely to use.
_LOCK = "madang.migrate"


async def migrate(engine: Sqlite | Postgresql) -> None:
    """Upgrade to the newest revision. Raises `NewerDatabase` for a revision this version does not know."""
    async with engine.read() as transaction:
        revision = await _revision(transaction)
        has_data = await transaction.run_sync(_has_tables)
    if revision == HEAD:
        return
    _refuse_newer(revision)
    if isinstance(engine, Sqlite) and has_data:
        from madang.db.backup import back_up

        await back_up(engine.path, label=revision or "unnumbered")
    async with engine.write(durable=True) as transaction:
        await transaction.lock(_LOCK)
        # Another process may have been faster.
        if await _revision(transaction) != HEAD:
            await transaction.run_sync(_upgrade if await transaction.run_sync(_has_tables) else _create)


async def _revision(transaction: Transaction) -> str | None:
    if not await transaction.run_sync(lambda connection: inspect(connection).has_table("alembic_version")):
        return None
    return (await transaction.execute(text("SELECT version_num FROM alembic_version"))).scalar()


def _refuse_newer(revision: str | None) -> None:
    if revision is not None and revision not in KNOWN:
        raise NewerDatabase(
            f"the database has revision {revision}, and this version knows only up to {HEAD}: install the newer Madang",
            revision=revision,
            newest_known=HEAD,
        )


def _has_tables(connection: Connection) -> bool:
    return bool(inspect(connection).get_table_names())


def _create(connection: Connection) -> None:
    metadata.create_all(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    command.upgrade(config, "head")
