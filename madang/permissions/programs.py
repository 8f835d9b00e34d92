"""Which rules and templates cover a program with its words, and which paths those words name."""

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from madang.permissions.spots import Spots, spots
from madang.permissions.templates.builtin import BuiltIn
from madang.permissions.templates.match import Fit, Placed, fit
from madang.permissions.types import Anything, Effect, Matcher, Places, Template
from madang.system.types import Action, Touched

# These read what is in a folder they are given, or in the one they run in.
_INTO_FOLDERS = frozenset(["rg", "diff"])


@dataclass(frozen=True, slots=True)
class Argument:
    """A path among the words; `writes` where the template lets the program write it."""

    found: Spots
    writes: bool


def covers(matcher: Matcher, effect: Effect, action: Action) -> Fit | None:
    """Return how a rule's template fits an action, or None where it does not."""
    if isinstance(matcher, Anything):
        return Fit()
    if not isinstance(matcher, Template) or not _is_program(matcher.exe, effect, action):
        return None
    found = fit(matcher, action.argv[1:], is_strict=effect == "allow")
    return found if found.is_whole else None


def built_in_fit(action: Action, templates: Mapping[str, tuple[BuiltIn, ...]]) -> tuple[BuiltIn, Fit] | None:
    """Return the built-in template that fits, if one does."""
    if action.program is None:
        return None
    for one in templates.get(action.program.path, ()):
        found = covers(one.template, "allow", action)
        if found and not any(word in argument for word in one.refused for argument in action.argv[1:]):
            return one, found
    return None


def arguments(found: Fit, action: Action, places: Places) -> Iterator[Argument]:
    """Yield the paths that words name, as they were looked up, or as they are spelled where nothing is there."""
    looked_up = {each.path: each for each in action.paths if each.use != "cwd"}
    for placed in found.placed:
        if placed.path:
            path = posixpath.normpath(posixpath.join(action.cwd or "/", placed.word))
            touched = looked_up.get(path) or Touched("read", "", "", path, path, "missing")
            yield Argument(spots(touched, places), placed.path == "w")


def reads_below(template: BuiltIn, found: Fit, action: Action, places: Places) -> bool:
    """Say whether it would read the files in a folder, secrets among them, which nobody named."""
    if template.name not in _INTO_FOLDERS or found.placed[:1] == (Placed("--files", 0),):
        return False
    named = [one.found.touched.type for one in arguments(found, action, places)]
    return not named or "folder" in named


def names(action: Action) -> set[str]:
    """Return the paths and names a program is known by."""
    return {*action.argv[:1], *((action.program.path,) if action.program else ())}


def _is_program(exe: str, effect: Effect, action: Action) -> bool:
    """Say whether a template is about this program: what allows means the very file, under its own name."""
    name = exe.rsplit("/", 1)[1]
    if effect == "allow":
        said = action.argv[0] if action.argv else ""
        return action.program is not None and action.program.path == exe and said in (exe, name)
    return any(path == exe or path.rsplit("/", 1)[-1] == name for path in names(action))
