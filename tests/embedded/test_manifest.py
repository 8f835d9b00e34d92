"""What the product says about its model."""

import re
from itertools import pairwise

from madang.gateway.embedded.manifest import built_in_engine, built_in_model
from madang.gateway.embedded.types import Hub, Packages


def test_the_model_is_a_hash_a_size_a_licence_and_two_places() -> None:
    model = built_in_model()
    assert re.fullmatch("[0-9a-f]{64}", model.sha256)
    assert (model.size_bytes, model.licence) == (1_117_320_768, "Apache-2.0")
    first, second = model.places
    assert isinstance(first, Hub)
    assert first.url.startswith("https://")
    assert isinstance(second, Packages)


def test_the_parts_are_whole_and_in_order() -> None:
    packages = built_in_model().places[1]
    assert isinstance(packages, Packages)
    numbers = [int(part.name.rsplit("part", 1)[1]) for part in packages.parts]
    assert numbers == list(range(1, 23))
    assert all(re.fullmatch("[0-9a-f]{64}", part.sha256) for part in packages.parts)
    assert all(one.sha256 != other.sha256 for one, other in pairwise(packages.parts))


def test_the_engine_is_locked_to_one_wheel_for_each_platform() -> None:
    engine = built_in_engine()
    assert f"{engine.name}=={engine.version}" in engine.requirements
    assert len(set(re.findall("--hash=sha256:[0-9a-f]{64}", engine.requirements))) == 5
