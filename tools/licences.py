"""Checks that every dependency in the lock has a licence that a MIT-licensed program may be shipped with."""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "requirements/run.txt"
ALLOWED = re.compile(
    r"\b(MIT|MIT-0|MIT-CMU|BSD|BSD-[23]-Clause|0BSD|ISC|ISCL|Apache|Apache-2\.0|PSF|PSF-2\.0|Python Software Foundation"
    r"|Python-2\.0|Unlicense|Zlib|CC0-1\.0)\b",
    re.IGNORECASE,
)
# Weak copyleft reaches the library's own files only; each is used unchanged and listed with the reason it is fine.
UNCHANGED = {
    "certifi": "MPL-2.0: a list of certificates, used as it is",
    "pathspec": "MPL-2.0: matches file names when Madang itself is installed from its folder",
    "psycopg": "LGPL-3.0: imported as a library, can be replaced",
    "psycopg-binary": "LGPL-3.0: loaded as a library, can be replaced",
    "psycopg-pool": "LGPL-3.0: imported as a library, can be replaced",
}


def main() -> None:
    problems = list(find_problems())
    if problems:
        sys.exit("\n".join(problems))


def find_problems() -> Iterator[str]:
    for name in locked_names():
        try:
            licence = licence_of(distribution(name))
        except PackageNotFoundError:
            continue  # for another platform or version of Python
        if name not in UNCHANGED and not ALLOWED.search(licence):
            yield f"{name}: {licence or 'no licence named'}"


def locked_names() -> list[str]:
    return re.findall(r"^([A-Za-z0-9._-]+)==", LOCK.read_text(), re.MULTILINE)


def licence_of(package: Distribution) -> str:
    """Return the licence as the package names it: expression, classifiers, or the first line of its text."""

    def field(name: str) -> list[str]:
        return [str(value).strip() for value in package.metadata.get_all(name) or []]

    classifiers = [line for line in field("Classifier") if line.startswith("License ::")]
    free_text = [text.splitlines()[0] for text in field("License") if text]
    return "; ".join(field("License-Expression") or classifiers or free_text)


if __name__ == "__main__":
    main()
