"""The questions to the database about own prices."""

from dataclasses import asdict

from sqlalchemy import delete, select

from madang.db.database import Database
from madang.db.schema import model_prices
from madang.gateway.pricing.types import OwnPrice

MODEL_PRICES = "model_prices"
"""What other processes are told about."""


async def list_prices(database: Database) -> list[OwnPrice]:
    """Return every decision there is."""
    async with database.read() as tx:
        rows = (await tx.execute(select(model_prices).order_by(*model_prices.primary_key.columns))).mappings().all()
    return [OwnPrice(**row) for row in rows]


async def put_price(database: Database, price: OwnPrice) -> None:
    """Keep a decision in place of the one about the same model."""
    values = asdict(price)
    async with database.write() as tx:
        adding = tx.insert(model_prices).values(values)
        await tx.execute(adding.on_conflict_do_update(index_elements=["provider", "model"], set_=values))
        await tx.tell_others(MODEL_PRICES)


async def delete_price(database: Database, provider: str, model: str) -> None:
    """Forget the decision about a model."""
    is_it = (model_prices.c.provider == provider) & (model_prices.c.model == model)
    async with database.write() as tx:
        await tx.execute(delete(model_prices).where(is_it))
        await tx.tell_others(MODEL_PRICES)
