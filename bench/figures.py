"""What a measurement gives, and the table it is printed in."""

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: ours beside a yardstick where there is one; `goal` bounds the ratio, or ours where there is none.

    `wants` says on which side of the goal the good ones are.
    """

    name: str
    ours: float
    unit: str
    yardstick: float | None = None
    goal: float | None = None
    runs: int = 1
    wants: Literal["less", "more"] = "less"

    @property
    def ratio(self) -> float | None:
        return self.ours / self.yardstick if self.yardstick else None

    @property
    def is_met(self) -> bool | None:
        measured = self.ours if self.ratio is None else self.ratio
        if self.goal is None:
            return None
        return measured <= self.goal if self.wants == "less" else measured >= self.goal


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def table(figures: Iterable[Figure]) -> str:
    """Return the figures as aligned text."""
    rows = [("what", "ours", "yardstick", "ratio", "goal", "met"), *map(_cells, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)


def write(path: Path, figures: Iterable[Figure], machine: Mapping[str, object]) -> None:
    lines = [{**asdict(figure), "ratio": figure.ratio, "met": figure.is_met} for figure in figures]
    path.write_text(json.dumps({"machine": machine, "figures": lines}, indent=2) + "\n")


def _cells(figure: Figure) -> tuple[str, str, str, str, str, str]:
    yardstick = "" if figure.yardstick is None else f"{figure.yardstick:.4g} {figure.unit}"
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}x"
    bound = "<=" if figure.wants == "less" else ">="
    goal = (
        ""
        if figure.goal is None
        else f"{bound} {figure.goal:g}{'x' if figure.ratio is not None else ' ' + figure.unit}"
    )
    met = {None: "", True: "yes", False: "NO"}[figure.is_met]
    return figure.name, f"{figure.ours:.4g} {figure.unit}", yardstick, ratio, goal, met
