"""The templates everybody has: seventeen ways of reading, none of which can write, run another program or reach out."""

from dataclasses import dataclass
from typing import Final

from madang.permissions.matchers import read_template
from madang.permissions.types import Template

_PLACES: Final = ("/usr/bin", "/bin")
_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "ls": ("<flag:ls>... <path:r>...",),
    "cat": ("<flag:cat>... <path:r>...",),
    "head": ("<flag:head>... <path:r>...",),
    "tail": ("<flag:tail>... <path:r>...",),
    "wc": ("<flag:wc>... <path:r>...",),
    # What is looked for is a word of its own: with `-e` or `--files` the first word would be a file, and not be judged.
    "grep": ("<flag:grep>... <text> <path:r>...",),
    "rg": ("<flag:rg>... <text> <path:r>...", "--files <flag:rg>... <path:r>..."),
    "find": ("<path:r>... <flag:find>...",),
    "stat": ("<flag:stat>... <path:r>...",),
    "file": ("<flag:file>... <path:r>...",),
    "diff": ("<flag:diff>... <path:r> <path:r>",),
    "sort": ("<flag:sort>... <path:r>...",),
    # A second file would be written.
    "uniq": ("<flag:uniq>... <path:r>",),
    "cut": ("<flag:cut>... <path:r>...",),
    "tr": ("<flag:tr>... <text>", "<flag:tr>... <text> <text>"),
    "jq": ("<flag:jq>... <text> <path:r>...",),
    "sha256sum": ("<flag:sha256sum>... <path:r>...",),
    "du": ("<flag:du>... <path:r>...",),
}
# A filter of jq may load other files, in words of its own.
_REFUSED: Final[dict[str, tuple[str, ...]]] = {"jq": ("import", "include", "modulemeta", "get_search_list")}


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A built-in template by its name. A word that holds one of `refused` keeps it from matching."""

    name: str
    template: Template
    refused: tuple[str, ...] = ()


def built_in() -> dict[str, tuple[BuiltIn, ...]]:
    """Return the templates by the path of their program. grep and rg are two spellings of one."""
    found: dict[str, tuple[BuiltIn, ...]] = {}
    for name, lines in _WORDS.items():
        for place in _PLACES:
            exe = f"{place}/{name}"
            found[exe] = tuple(BuiltIn(name, read_template(f"{exe} {line}"), _REFUSED.get(name, ())) for line in lines)
    return found
