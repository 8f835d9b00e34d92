"""Patterns for paths: `*`, `?` and `**`, name by name, in bounded time. Pure."""

from madang.system.files.errors import BadPath

LONGEST = 500


class Pattern:
    """A pattern as it is asked: `*.py` at any depth, `src/*.py` from the folder on, `src/**` all below."""

    def __init__(self, text: str) -> None:
        """Raises `BadPath` for an empty or very long one."""
        if not text or len(text) > LONGEST or "\0" in text:
            raise BadPath("this is no pattern for paths", reason="pattern")
        names = tuple(text.strip("/").split("/"))
        self._parts = names if len(names) > 1 or names == ("**",) else ("**", *names)

    def matches(self, names: tuple[str, ...]) -> bool:
        """Say whether the path with these names is meant."""
        # After each name: which parts of the pattern may come next. So no pattern takes longer than names times parts.
        states = self._passed({0})
        for name in names:
            following = set[int]()
            for state in states:
                if state == len(self._parts):
                    continue
                part = self._parts[state]
                if part == "**":
                    following.add(state)
                elif is_like(name, part):
                    following.add(state + 1)
            states = self._passed(following)
            if not states:
                return False
        return len(self._parts) in states

    def _passed(self, states: set[int]) -> set[int]:
        """Add the states reached where `**` stands for no name at all."""
        found = set(states)
        for state in sorted(states):
            following = state
            while following < len(self._parts) and self._parts[following] == "**":
                following += 1
                found.add(following)
        return found


def is_like(name: str, part: str) -> bool:
    """Say whether a name is as a part with `*` and `?` says."""
    at = star = 0
    after, index = -1, 0
    while at < len(name):
        if index < len(part) and part[index] == "*":
            after, star, index = index + 1, at, index + 1
        elif index < len(part) and part[index] in (name[at], "?"):
            at, index = at + 1, index + 1
        elif after >= 0:
            star += 1
            at, index = star, after
        else:
            return False
    return not part[index:].strip("*")
