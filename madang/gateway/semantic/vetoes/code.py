"""What is written for machines: code, names in it, paths, addresses, operators. It must be the same to the letter."""

import re
import unicodedata

from madang.gateway.semantic.vetoes.text import Text

_FENCED = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)", re.DOTALL)
_INLINE = re.compile(r"`[^`\n]{1,500}`")
_CHUNKS = re.compile(r"[!-~]+")
# What a chunk of text has that is a name, a path, a call or a flag. Each part has a fixed length, so that nothing
# is read twice.
_MARKS = re.compile(r"_|[a-z][A-Z]|[A-Za-z_)][./\\]\w|\w[./\\][A-Za-z_]|::|->|\w\(|^[./~]+\w|^--?[A-Za-z]", re.ASCII)
_BEFORE, _BEHIND = "'\"([{", ".,!?;:'\")]}"
# Signs that mean something to machines and in formulas; those that only end or part sentences are left out.
_SIGNS = re.compile(
    r"[=<>+*^&|~#@\\\[\]{}/²³⁰-₉]|[^\w\s,.!?…·~\x00-\x7f가-힣]"
    r"|(?<=[\w)])-(?=[\d(])|-(?=\d)|!=|(?<=\d)!"
)
_QUOTES = frozenset("“”‘’„«»「」『』、。，．！？：；（）–—―′″•►▶→☺")


def code(text: Text) -> tuple[str, ...]:
    """Return fenced code as it is, then everything else that looks like code, in order."""
    rest = _FENCED.sub(" ", text.written)
    spans = [*_FENCED.findall(text.written), *_INLINE.findall(rest)]
    rest = _INLINE.sub(" ", rest)
    names = [name for chunk in _CHUNKS.findall(rest) if _MARKS.search(name := chunk.lstrip(_BEFORE).rstrip(_BEHIND))]
    return (*spans, *names, *(sign for sign in _SIGNS.findall(rest) if _tells(sign)))


def _tells(sign: str) -> bool:
    """Leave out quotation marks, what belongs to the units, and pictures: a smile does not change a question."""
    is_unit = sign in "°℃℉‰" or unicodedata.category(sign[0]) == "Sc"
    return sign not in _QUOTES and not is_unit and ord(sign[0]) < 0x1F000
