"""Which machines can run the built-in model."""

from dataclasses import replace
from pathlib import Path

import pytest

from madang.gateway.embedded.facts import measure, obstacle, start_obstacle
from tests.embedded.conftest import GOOD


def test_a_machine_with_enough_of_everything_has_no_obstacle() -> None:
    assert obstacle(GOOD, disk_needed_bytes=1_200_000_000) is None


@pytest.mark.parametrize(
    ("lack", "reason", "found"),
    [
        ({"has_wheel": False}, "platform", "CPython 3.11.7 linux x86_64"),
        ({"has_avx2": False}, "cpu", "x86_64"),
        ({"has_openmp": False}, "library", None),
        ({"memory_bytes": 900_000_000}, "memory", 900_000_000),
        ({"disk_bytes": 500_000_000}, "disk", 500_000_000),
    ],
)
def test_what_is_lacking_is_named_with_what_is_needed_and_found(
    lack: dict[str, int], reason: str, found: str | int | None
) -> None:
    said = obstacle(replace(GOOD, **lack), disk_needed_bytes=1_200_000_000)
    assert said is not None
    assert (said["reason"], said["found"]) == (reason, found)
    assert said["needed"]


def test_memory_that_nobody_tells_is_no_obstacle() -> None:
    assert obstacle(replace(GOOD, memory_bytes=None), 0) is None
    assert start_obstacle(replace(GOOD, memory_bytes=None)) is None


def test_a_model_that_is_here_is_not_started_where_it_would_die() -> None:
    assert start_obstacle(replace(GOOD, memory_bytes=2_000_000_000)) is None
    assert start_obstacle(replace(GOOD, has_avx2=False)) == {"reason": "cpu", "needed": "AVX2", "found": "x86_64"}
    assert start_obstacle(replace(GOOD, memory_bytes=300_000_000)) == {
        "reason": "memory",
        "needed": 1_500_000_000,
        "found": 300_000_000,
    }


def test_this_machine_can_be_measured(tmp_path: Path) -> None:
    facts = measure(tmp_path / "not" / "there" / "yet")
    assert facts.disk_bytes > 0
    assert facts.memory_bytes is None or facts.memory_bytes > 0
