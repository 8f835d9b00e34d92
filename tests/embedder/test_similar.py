"""Similar questions by the real embedder: found in other words, held apart where they differ, and nobody is called."""

import os
import sys
from pathlib import Path

import pytest

from madang.gateway.fake_upstream import FakeUpstream
from tests.gateway.rooms import open_room
from tests.gateway.test_similar import ask, embedded
from tests.support.builtin import shared_folder

pytestmark = [
    pytest.mark.builtin,
    pytest.mark.skipif(sys.platform != "linux" or os.uname().machine != "x86_64", reason="it runs on Linux x86_64"),
]


async def test_the_built_in_embedder_finds_what_means_the_same(tmp_path: Path):
    settings = {"builtin": True, "builtin_dir": shared_folder(), "builtin_threads": 1}
    async with (
        FakeUpstream("파리예요.", "베를린이에요.", "나일강이에요.") as fake,
        open_room(tmp_path, openai_base_url=fake.base_url, **settings) as here,
    ):
        await here.room.embedder.ready()
        await ask(here, "프랑스의 수도는 어디예요?")
        other = await ask(here, "프랑스 수도가 어디인가요?")
        assert (other.receipt.cache, other.text) == ("similar", "파리예요.")
        assert (await ask(here, "독일의 수도는 어디예요?")).text == "베를린이에요."
        assert (await ask(here, "세계에서 가장 긴 강은 무엇인가요?")).text == "나일강이에요."
        state = await here.room.similar.state()
        assert (state.status, state.embedder, state.chosen) == ("ready", here.room.embedder.name, None)
        assert embedded(fake) == []
        assert {row["feature"] for row in await here.rows()} == {"chat"}
