"""The rows of programs that were run."""

from dataclasses import asdict, replace

from sqlalchemy import Row, delete, select, update

from madang.db.lease import held
from madang.db.transaction import Transaction
from madang.db.walls import program_runs
from madang.programs.types import ProgramRun

_IS = program_runs.c
KEPT = 200
"""How many are kept; the oldest go first."""


async def add(tx: Transaction, run: ProgramRun) -> None:
    """Store a run, and forget those that are too old."""
    await tx.execute(program_runs.insert().values(**asdict(run)))
    old = select(_IS.id).where(_IS.state != "running").order_by(_IS.id.desc()).offset(KEPT)
    ids = list((await tx.execute(old)).scalars())
    if ids:
        await tx.execute(delete(program_runs).where(_IS.id.in_(ids)))


async def finish(tx: Transaction, run: ProgramRun) -> None:
    """Store how a run ended."""
    ended = {"state": run.state, "ended_at": run.ended_at, "facts": run.facts, "error": run.error}
    await tx.execute(update(program_runs).where(_IS.id == run.id, _IS.state == "running").values(**ended))


async def remove(tx: Transaction, run_id: str) -> None:
    """Forget a run that was refused before it began."""
    await tx.execute(delete(program_runs).where(_IS.id == run_id))


async def find(tx: Transaction, run_id: str) -> ProgramRun | None:
    """Return one run, or None."""
    row = (await tx.execute(select(program_runs).where(_IS.id == run_id))).first()
    return None if row is None else _run(row)


async def newest(tx: Transaction, limit: int) -> list[ProgramRun]:
    """Return the newest runs, newest first."""
    rows = await tx.execute(select(program_runs).order_by(_IS.id.desc()).limit(limit))
    return [_run(row) for row in rows]


async def left_alone(tx: Transaction) -> list[ProgramRun]:
    """Return the runs that go on although the process that started them is not at work."""
    rows = [_run(row) for row in await tx.execute(select(program_runs).where(_IS.state == "running"))]
    alive = await held(tx, {run.process for run in rows if run.process})
    return [run for run in rows if run.process not in alive]


def _run(row: Row[tuple[object, ...]]) -> ProgramRun:
    run = ProgramRun(**row._mapping)
    return replace(run, argv=tuple(run.argv))
