"""Alembic runs this for every upgrade, on the connection and in the transaction that `migrate` hands over."""

from alembic import context

from madang.db.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
