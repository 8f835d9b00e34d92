"""What the start makes is left out of the search for unreachable objects, and the search goes on after it."""

import gc
from collections.abc import Iterator

import pytest

from madang.app.lasting import lasting


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def test_what_is_made_inside_is_never_looked_through():
    frozen = gc.get_freeze_count()
    with lasting():
        assert not gc.isenabled()
        made = [[number] for number in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= frozen + len(made)


def test_the_search_goes_on_where_the_start_fails():
    with pytest.raises(OSError), lasting():
        raise OSError
    assert gc.isenabled()
