"""The table of saved options."""

from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from madang.chat.types import Options, Preset
from madang.db.schema import presets
from madang.db.transaction import Transaction


async def add(tx: Transaction, preset: Preset) -> None:
    """Store a preset that is not there yet."""
    values = {"id": preset.id, "name": preset.name, "options": preset.options.as_json()}
    await tx.execute(insert(presets).values(**values, created_at=preset.created_at, updated_at=preset.created_at))


async def everyone(tx: Transaction) -> list[Preset]:
    """Return all presets by name."""
    rows = await tx.execute(select(presets).order_by(func.lower(presets.c.name), presets.c.id))
    return [Preset(row.id, row.name, Options.read(row.options), row.created_at) for row in rows]


async def find(tx: Transaction, preset_id: str) -> Preset | None:
    """Return one preset."""
    row = (await tx.execute(select(presets).where(presets.c.id == preset_id))).one_or_none()
    return Preset(row.id, row.name, Options.read(row.options), row.created_at) if row else None


async def save(tx: Transaction, preset: Preset, at: datetime) -> None:
    """Store the name and the options of a preset that is there."""
    values = {"name": preset.name, "options": preset.options.as_json(), "updated_at": at}
    await tx.execute(update(presets).where(presets.c.id == preset.id).values(values))


async def remove(tx: Transaction, preset_id: str) -> bool:
    """Remove a preset, and say whether it was there."""
    return (await tx.execute(delete(presets).where(presets.c.id == preset_id))).rowcount > 0
