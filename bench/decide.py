"""How long it takes to decide with many rules, beside the same decision with few."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime

from bench.figures import Figure, median
from madang.permissions.decision import decide
from madang.permissions.grammar import parse
from madang.permissions.rulebook import rulebook
from madang.permissions.types import Places, Policy, RuleSource, SourcedRule, Workspace
from madang.system.types import Action, Actor, Touched

FEW, MANY = 10, 10_000
RUNS = 50
GOAL_MS = 50
FOLDER = "/home/min/work"
SHAPES = {
    "by their beginnings": "deny fs.write(ws:folder{}/**)",
    "by their ends": "deny fs.write(ws:**/file{}.txt)",
    "by how their last names begin": "deny fs.write(ws:**/a{}*b*c)",
    "by nothing": "deny fs.write(ws:**/*a{}b)",
}


def measure() -> Iterator[Figure]:
    for name, shape in SHAPES.items():
        few, many = (_milliseconds(shape, count) for count in (FEW, MANY))
        yield Figure(f"a decision, {MANY} rules told apart {name}, beside {FEW}", many, "ms", few, runs=RUNS)
        yield Figure(f"a decision, {MANY} rules told apart {name}", many, "ms", goal=GOAL_MS, runs=RUNS)


def _milliseconds(shape: str, count: int) -> float:
    policy = _policy(shape, count)
    path = f"{FOLDER}/source/pages/here/a.html"
    touched = Touched("write", "f", path[len(FOLDER) + 1 :], path, path, "file", 1, 2, 3, 1)
    action = Action("fs.write", Actor("run", "r"), "r", paths=(touched,))
    return median([_timed(action, policy) for _ in range(RUNS)]) * 1000


def _timed(action: Action, policy: Policy) -> float:
    since = time.perf_counter()
    decide(action, policy)
    return time.perf_counter() - since


def _policy(shape: str, count: int) -> Policy:
    rules = (SourcedRule(parse(shape.format(number)), RuleSource("user")) for number in range(count))
    places = Places("/home/min", {"f": Workspace(FOLDER, True)})
    return Policy(rulebook(rules), "ask", places, datetime.now(UTC))
