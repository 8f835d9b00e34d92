"""Two rules for import-linter: the order inside a room, and which libraries may be used where."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

import grimp
from importlinter import Contract, ContractCheck, fields, output

EDGES = ("api", "socket")
RANKS = {"types": 0, "addresses": 0, "entries": 0, "messages": 0, "errors": 0, "store": 1, "api": 3, "socket": 3}
MIDDLE = 2
WORDS = ("the types stand", "the store stands", "the rest stands", "the api stands")
COMPOSITION = "madang.app"


class RoomContract(Contract):
    """Holds where every module is `madang.<room>.<part>…` and the part's name says its place."""

    type_name = "rooms"

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        broken = sorted(set(_broken(graph)))
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        _print(check)


class LibraryContract(Contract):
    """Holds where only modules that match `places` import `libraries`; `*` in a place stands for anything."""

    type_name = "libraries"
    libraries = fields.SetField(subfield=fields.StringField())
    places = fields.SetField(subfield=fields.StringField())

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:
        broken = [
            f"{importer} -> {library}"
            for library in sorted(str(name) for name in self.libraries)  # type: ignore[attr-defined]
            if library in graph.modules
            for importer in sorted(graph.find_modules_that_directly_import(library))
            if not any(fnmatchcase(importer, str(place)) for place in self.places)  # type: ignore[attr-defined]
        ]
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        _print(check)


def _print(check: ContractCheck) -> None:
    for line in check.metadata["broken"]:
        output.print_error(f"- {line}", bold=False)


def _broken(graph: grimp.ImportGraph) -> Iterator[str]:
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            if reason := refusal(importer, imported):
                yield f"{importer} -> {imported}: {reason}"


def refusal(importer: str, imported: str) -> str | None:
    """Say why `importer` may not import `imported`, or None where it may."""
    part = _part(imported)
    if part is None or _room(importer) == COMPOSITION:
        return None
    if _room(importer) != _room(imported):
        if part in EDGES:
            return "only the app imports an api"
        return "a store is private to its room" if part == "store" else None
    mine = _part(importer)
    if mine is None or _rank(mine) >= _rank(part):
        return None
    return f"{WORDS[_rank(mine)]} below {WORDS[_rank(part)].split(' stand')[0]}"


def _rank(part: str) -> int:
    return RANKS.get(part, MIDDLE)


def _room(module: str) -> str:
    return ".".join(module.split(".")[:2])


def _part(module: str) -> str | None:
    """Name the place of a module in its room: of `madang.gateway.cache.store` it is `store`."""
    names = module.split(".")[2:]
    return next((name for name in names if name in RANKS), names[0] if names else None)
