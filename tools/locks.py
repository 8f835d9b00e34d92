"""Checks what is committed: the locks match what is declared, give a hash for every file that may be installed, take
nothing from elsewhere than a registry, and no file names one."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
# Written in parts, so that this file passes its own check.
REGISTRIES = re.compile(
    "|".join([r"pypi\." + "org", r"python" + "hosted", r"registry\." + "npmjs", r"deb\." + "debian"])
)
DECLARED = {
    "run": ["pyproject.toml", "requirements/run.in"],
    "dev": ["pyproject.toml", "requirements/run.in", "requirements/dev.in"],
    "node": ["requirements/node.in"],
}


def main() -> None:
    problems = [*stale_locks(), *unlocked(), *named_registries(), *npm_addresses()]
    if problems:
        sys.exit("\n".join(problems))


def stale_locks() -> Iterator[str]:
    for name, sources in DECLARED.items():
        text = (ROOT / f"requirements/{name}.txt").read_text()
        locked = {normal(found[0]): found[1] for found in re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.MULTILINE)}
        for source in sources:
            for wanted in declared(source):
                version = locked.get(normal(wanted.name))
                if version is None or not wanted.specifier.contains(version, prereleases=True):
                    yield f"requirements/{name}.txt has {wanted.name} {version}, {source} asks for {wanted}: make lock"


def unlocked() -> Iterator[str]:
    """Whatever pip would install without a hash, from a repository, an address or a folder."""
    for name in DECLARED:
        lock = (ROOT / f"requirements/{name}.txt").read_text()
        for block in re.split(r"\n(?=[^\s#])", lock):
            line = block.strip().partition("\n")[0]
            if line and not line.startswith("#") and not re.match(r"[\w.-]+==\S+", line):
                yield f"requirements/{name}.txt takes something from elsewhere: {line}"
            elif "==" in line and not re.search(r"--hash=sha256:[0-9a-f]{64}\b", block):
                yield f"requirements/{name}.txt has no hash for {line}"


def declared(source: str) -> list[Requirement]:
    text = (ROOT / source).read_text()
    if source.endswith(".toml"):
        import tomllib

        return [Requirement(line) for line in tomllib.loads(text)["project"]["dependencies"]]
    return [Requirement(line) for line in text.splitlines() if line and not line.startswith("#")]


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def named_registries() -> Iterator[str]:
    words = ["git", "grep", "-I", "-n", "-E", REGISTRIES.pattern]
    found = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    yield from (f"names a package registry: {line[:160]}" for line in found.splitlines())


def npm_addresses() -> Iterator[str]:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    for name, entry in packages.items():
        if "resolved" in entry:
            yield f"package-lock.json: {name} has an address"
        if name and not str(entry.get("integrity", "")).startswith("sha512-"):
            yield f"package-lock.json: {name} has no hash"


if __name__ == "__main__":
    main()
