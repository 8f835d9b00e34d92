"""Bring the tables up to date at start: behind a verified backup, in one transaction, and never downwards."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from madang.db.errors import NewerDatabase
from madang.db.migrations import HEAD, KNOWN
from madang.db.postgresql import Postgresql
from madang.db.sqlite import Sqlite
from madang.db.transaction import Transaction

# Any number that no other program on the same server is likely to use.
_LOCK = "madang.migrate"


async def migrate(engine: Sqlite | Postgresql) -> None:
    """Upgrade to the newest revision. Raises `NewerDatabase` for a revision this version does not know."""
    async with engine.read() as transaction:
        revision = await _revision(transaction)
        has_data = await transaction.run_sync(lambda connection: bool(inspect(connection).get_table_names()))
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
            await transaction.run_sync(_upgrade)


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


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    command.upgrade(config, "head")
