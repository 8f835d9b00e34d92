"""Writes what Madang is made of as CycloneDX JSON: every locked package and every vendored library, with its hashes.

python -m tools.sbom [FILE]    the default is dist/madang.cdx.json
"""

import base64
import json
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any
from urllib.parse import quote

from madang import __version__
from tools.licences import licence_of
from tools.vendor import packages

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements/run.txt"
DEFAULT = ROOT / "dist/madang.cdx.json"


def main() -> None:
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    place.parent.mkdir(parents=True, exist_ok=True)
    document = bill_of_materials()
    place.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{place}: {len(document['components'])} components")


def bill_of_materials() -> dict[str, Any]:
    """Return the document. It names no time and no serial number, so the same tree gives the same bytes."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "madang", "version": __version__}},
        "components": [*locked(LOCK.read_text()), *vendored()],
    }


def locked(lock: str) -> Iterator[dict[str, Any]]:
    for block in re.split(r"\n(?=\S)", lock):
        if found := re.match(r"([\w.-]+)==([^\s;\\]+)", block):
            name, version = found.groups()
            yield component(f"pkg:pypi/{name.lower()}@{version}", name, version) | {
                "externalReferences": [
                    {"type": "distribution", "url": f"pkg:pypi/{name.lower()}@{version}", "hashes": hashes(block)}
                ],
                **licences(name),
            }


def hashes(block: str) -> list[dict[str, str]]:
    """Every file of the version that may be installed: one for each platform."""
    return [{"alg": "SHA-256", "content": digest} for digest in re.findall(r"--hash=sha256:(\w{64})", block)]


def licences(name: str) -> dict[str, Any]:
    try:
        told = licence_of(distribution(name))
    except PackageNotFoundError:
        return {}  # for another platform
    return {"licenses": [{"license": {"name": told}}]} if told else {}


def vendored() -> Iterator[dict[str, Any]]:
    for package in packages():
        algorithm, _, digest = package.integrity.partition("-")
        content = base64.b64decode(digest).hex()
        yield component(f"pkg:npm/{quote(package.name, safe='/')}@{package.version}", package.name, package.version) | {
            "hashes": [{"alg": algorithm.upper().replace("SHA", "SHA-"), "content": content}]
        }


def component(purl: str, name: str, version: str) -> dict[str, Any]:
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}


if __name__ == "__main__":
    main()
