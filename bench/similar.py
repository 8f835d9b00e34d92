"""How often answers to similar questions are found, and how often one is taken that belongs to another question.

Each line of the data has a question, the same in other words, and one that differs in a detail. Odd lines were used
to choose the threshold and the vetoes, even ones are what is reported; `CHOOSE=1` shows the odd ones instead. The
blind pairs, in two sets, were written without sight of the rules.
"""

import asyncio
import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.figures import Figure
from madang.clock import Clock
from madang.config import Settings
from madang.errors import MadangError
from madang.gateway.embedder.service import Embedder
from madang.gateway.semantic.vetoes import BUILTIN_THRESHOLD, veto

DATA = Path(__file__).parent / "similar_questions"
LANGUAGES = {"en": "English", "ko": "Korean"}
MOST_FALSE_PERCENT = 0.5
EMBEDDED_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the data. `changed` names the detail in which the twin differs."""

    changed: str
    question: str
    paraphrase: str
    twin: str


@dataclass(frozen=True, slots=True)
class BlindPair:
    """Two questions, and whether one answer does for both."""

    question: str
    other: str
    is_same: bool


def measure() -> Iterator[Figure]:
    """Yield nothing where the embedder cannot be had. `MADANG_BUILTIN_DIR` names a folder that has it."""
    with TemporaryDirectory() as data:
        try:
            yield from asyncio.run(_measure(Path(os.environ.get("MADANG_BUILTIN_DIR") or data)))
        except MadangError as error:
            print(f"  no embedder here: {error.message}", flush=True)


def lines(language: str, *, is_chosen_from: bool) -> list[Line]:
    """Return the half that was used for choosing, or the one that is reported."""
    with (DATA / f"{language}.tsv").open(encoding="utf-8", newline="") as file:
        found = [Line(**row) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    return found[0::2] if is_chosen_from else found[1::2]


def blind_pairs(language: str, kind: str = "blind") -> list[BlindPair]:
    """Return the pairs whose writer had not seen the rules. `kind` names one of the sets: `blind` or `second`."""
    with (DATA / f"{kind}_{language}.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [BlindPair(row["question"], row["other"], row["same"] == "yes") for row in rows]


async def _measure(folder: Path) -> list[Figure]:
    embedder = Embedder(Settings(builtin_dir=folder), folder, Clock(), lambda state: None)
    try:
        await embedder.ready()
        is_chosen_from = bool(os.environ.get("CHOOSE"))
        return [
            figure
            for code, name in LANGUAGES.items()
            for figure in (
                *await _language(embedder, name, lines(code, is_chosen_from=is_chosen_from)),
                *await _blind(embedder, f"{name}, blind", blind_pairs(code)),
                *await _blind(embedder, f"{name}, blind, second", blind_pairs(code, "second")),
            )
        ]
    finally:
        await embedder.stop()


async def _language(embedder: Embedder, name: str, found: Sequence[Line]) -> list[Figure]:
    questions, paraphrases, twins = [
        await _vectors(embedder, [getattr(line, column) for line in found])
        for column in ("question", "paraphrase", "twin")
    ]
    hits = close_twins = false_twins = 0
    for number, line in enumerate(found):
        hits += _is_hit(_cosine(questions[number], paraphrases[number]), line.question, line.paraphrase)
        close_twins += _cosine(questions[number], twins[number]) >= BUILTIN_THRESHOLD
        false_twins += _is_hit(_cosine(questions[number], twins[number]), line.question, line.twin)
    pairs = list(combinations(range(len(found)), 2))
    strangers = sum(
        _is_hit(_cosine(questions[one], questions[other]), found[one].question, found[other].question)
        for one, other in pairs
    )
    count = len(found)
    return [
        _percent(f"{name}: same question found", hits, count),
        _percent(f"{name}: another one taken, without vetoes", close_twins, count),
        _percent(f"{name}: another one taken", false_twins, count, MOST_FALSE_PERCENT),
        _percent(f"{name}: quite another one taken", strangers, len(pairs), MOST_FALSE_PERCENT),
    ]


async def _blind(embedder: Embedder, name: str, pairs: Sequence[BlindPair]) -> list[Figure]:
    asked = await _vectors(embedder, [pair.question for pair in pairs])
    kept = await _vectors(embedder, [pair.other for pair in pairs])
    found = close_twins = false_twins = 0
    for number, pair in enumerate(pairs):
        cosine = _cosine(asked[number], kept[number])
        is_hit = _is_hit(cosine, pair.question, pair.other)
        found += pair.is_same and is_hit
        close_twins += not pair.is_same and cosine >= BUILTIN_THRESHOLD
        false_twins += not pair.is_same and is_hit
    same = sum(pair.is_same for pair in pairs)
    return [
        _percent(f"{name}: same question found", found, same),
        _percent(f"{name}: another one taken, without vetoes", close_twins, len(pairs) - same),
        _percent(f"{name}: another one taken", false_twins, len(pairs) - same, MOST_FALSE_PERCENT),
    ]


def _cosine(one: Any, other: Any) -> float:
    # A number of numpy's own kind cannot be written as JSON.
    return float(one @ other)


def _is_hit(cosine: float, asked: str, kept: str) -> bool:
    return cosine >= BUILTIN_THRESHOLD and veto(asked, kept) is None


async def _vectors(embedder: Embedder, texts: Sequence[str]) -> Any:
    starts = range(0, len(texts), EMBEDDED_AT_ONCE)
    return [vector for start in starts for vector in await embedder.embed(texts[start : start + EMBEDDED_AT_ONCE])]


def _percent(name: str, part: int, whole: int, goal: float | None = None) -> Figure:
    return Figure(name, 100 * part / whole, "%", goal=goal, runs=whole)
