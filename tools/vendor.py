"""Fetch the browser libraries of `frontend/vendor/` by version and check them against `vendor.json`.

python tools/vendor.py            check that the files in the tree are the ones recorded
python tools/vendor.py --fetch    fetch the packages with `npm pack`, check them, and write the files again
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "frontend" / "vendor"


@dataclass(frozen=True, slots=True)
class Package:
    """One package of the registry: what it is, the hash of its archive, and which of its files go where."""

    name: str
    version: str
    integrity: str
    files: dict[str, str]


def packages() -> list[Package]:
    recorded = json.loads((VENDOR / "vendor.json").read_text("utf-8"))
    return [Package(**entry) for entry in recorded["packages"]]


def fetch(package: Package, into: Path) -> Path:
    """Download one archive and return it. Raises `SystemExit` when it is not the one recorded."""
    command = ["npm", "pack", "--silent", f"{package.name}@{package.version}"]
    named = subprocess.run(command, cwd=into, check=True, capture_output=True, text=True).stdout
    archive = into / named.strip().splitlines()[-1]
    digest = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != package.integrity:
        raise SystemExit(f"{package.name}: expected {package.integrity}, got {digest}")
    return archive


def unpack(package: Package, archive: Path) -> None:
    with tarfile.open(archive) as opened:
        for source, target in package.files.items():
            member = opened.extractfile(f"package/{source}")
            if member is None:
                raise SystemExit(f"{package.name}: {source} is not in the archive")
            place = VENDOR / target
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("wb") as written:
                shutil.copyfileobj(member, written)


def hashes() -> dict[str, str]:
    """SHA-256 of every vendored file, by its path below `vendor/`."""
    targets = sorted(target for package in packages() for target in package.files.values())
    return {target: hashlib.sha256((VENDOR / target).read_bytes()).hexdigest() for target in targets}


def check() -> list[str]:
    """The files that are missing, differ from what is recorded, or are on no record."""
    recorded: dict[str, str] = json.loads((VENDOR / "sha256.json").read_text("utf-8"))
    found = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file() and not is_ours(path)}
    return sorted(name for name in found | recorded.keys() if not is_same(VENDOR / name, recorded.get(name)))


def is_ours(path: Path) -> bool:
    """Say whether we wrote the file ourselves: the records, and the types of what has none."""
    return path.parent == VENDOR or path.name.endswith(".d.ts")


def is_same(path: Path, sha256: str | None) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fetch", action="store_true", help="download the packages and write the files again")
    if parser.parse_args().fetch:
        with tempfile.TemporaryDirectory() as folder:
            for package in packages():
                unpack(package, fetch(package, Path(folder)))
        (VENDOR / "sha256.json").write_text(json.dumps(hashes(), indent=2) + "\n", "utf-8")
    wrong = check()
    for name in wrong:
        print(f"vendor: {name} is not the recorded file", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
