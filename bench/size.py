"""What an installation takes on disk, by piece."""

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from bench.figures import Figure

LOCK = Path(__file__).resolve().parent.parent / "requirements/run.txt"
SHOWN_MIB = 5


def measure() -> Iterator[Figure]:
    sizes = {name: size for name in _locked() if (size := _size_of(name))}
    yield Figure("installed size, without the local model", sum(sizes.values()), "MiB", goal=260)
    for name, size in sorted(sizes.items(), key=lambda item: -item[1]):
        if size >= SHOWN_MIB:
            yield Figure(f"  of that {name}", size, "MiB")


def _locked() -> list[str]:
    return re.findall(r"^([A-Za-z0-9._-]+)==", LOCK.read_text(), re.MULTILINE)


def _size_of(name: str) -> float:
    try:
        return _bytes(distribution(name)) / 2**20
    except PackageNotFoundError:
        return 0  # for another platform or version of Python


def _bytes(package: Distribution) -> int:
    paths = [Path(str(package.locate_file(file))) for file in package.files or []]
    return sum(path.stat().st_size for path in paths if path.is_file())
