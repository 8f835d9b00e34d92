"""Rules put in order by what they speak of, so that a decision looks at the few that could count."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from madang.permissions.globs import folded, head, literal_prefix
from madang.permissions.types import Anything, PathPattern, SourcedRule, Template, UrlPattern
from madang.permissions.urls import hosts
from madang.system.types import Kind

_Key = tuple[object, ...]
_Ending = tuple[str, bool]
"""What the last component is, or begins with where the second is False."""
_EVERY: Final = "*"


@dataclass(frozen=True, slots=True)
class Indexed:
    """Rules by kind and by what they begin with; paths also by their last component."""

    by_key: dict[_Key, list[SourcedRule]]
    by_start: dict[_Key, dict[_Ending, list[SourcedRule]]]
    by_kind: dict[Kind, list[SourcedRule]]

    def for_path(self, kinds: Iterable[Kind], spots: Iterable[tuple[str, ...]]) -> Iterator[SourcedRule]:
        """Yield the rules of these kinds that could cover a path, given as `(base, component…)` for each base."""
        found = [(spot[0], tuple(map(folded, spot[1:])), _endings(spot[1:])) for spot in set(spots)]
        for kind in kinds:
            yield from self.by_key.get((kind, _EVERY), ())
            for base, parts, endings in found:
                for length in range(len(parts) + 1):
                    if begun := self.by_start.get((kind, base, parts[:length])):
                        for ending in endings:
                            yield from begun.get(ending, ())

    def for_program(self, paths: Iterable[str]) -> Iterator[SourcedRule]:
        """Yield the rules about a program under any of its paths; a path without `/` stands for any folder."""
        yield from self.by_key.get(("exec", _EVERY), ())
        for name in {path.rsplit("/", 1)[-1] for path in paths}:
            yield from self.by_key.get(("exec", name), ())

    def for_host(self, host: str) -> Iterator[SourcedRule]:
        """Yield the rules about a host and those above it."""
        yield from self.by_key.get(("fetch", _EVERY), ())
        for name in hosts(host):
            yield from self.by_key.get(("fetch", name), ())

    def of_kind(self, kind: Kind) -> Iterator[SourcedRule]:
        """Yield all rules of a kind."""
        yield from self.by_kind.get(kind, ())


def rulebook(rules: Iterable[SourcedRule]) -> Indexed:
    """Put rules in order. What a folder's file allows is left out: such a file only asks and denies."""
    by_key: dict[_Key, list[SourcedRule]] = defaultdict(list)
    by_start: dict[_Key, dict[_Ending, list[SourcedRule]]] = defaultdict(lambda: defaultdict(list))
    by_kind: dict[Kind, list[SourcedRule]] = defaultdict(list)
    for one in rules:
        if one.source.kind == "folder" and one.rule.effect == "allow":
            continue
        if isinstance(one.rule.matcher, PathPattern):
            by_start[_start(one, one.rule.matcher)][_ending(one.rule.matcher.segments[-1])].append(one)
        else:
            by_key[_key(one)].append(one)
        by_kind[one.rule.kind].append(one)
    return Indexed(dict(by_key), dict(by_start), dict(by_kind))


def _start(one: SourcedRule, pattern: PathPattern) -> _Key:
    return (one.rule.kind, pattern.base, tuple(map(folded, literal_prefix(pattern.segments))))


def _ending(last: str) -> _Ending:
    is_whole = head(last) == last
    return (folded(head(last)), is_whole)


def _endings(parts: tuple[str, ...]) -> set[_Ending]:
    """Return every ending that a pattern of this path can have. What begins a name need not begin it composed."""
    last = parts[-1] if parts else ""
    spellings = {folded(last), last.casefold()}
    begun = {(spelling[:length], False) for spelling in spellings for length in range(len(spelling) + 1)}
    return {(folded(last), True), *begun}


def _key(one: SourcedRule) -> _Key:
    kind = one.rule.kind
    match one.rule.matcher:
        case Template(exe):
            return (kind, exe.rsplit("/", 1)[1])
        case UrlPattern(host=host):
            return (kind, host)
        case Anything():
            return (kind, _EVERY)
        case _:
            return (kind, None)
