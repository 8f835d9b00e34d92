"""Bytes into text, by the charset a page has by its mark, its header or its own words; a wrong one breaks nothing."""

import codecs
import re

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_OWN_WORDS = re.compile(
    rb"""(?:<meta[^>]{0,200}?charset|<\?xml[^>]{0,100}?encoding)\s*=\s*["']?\s*([\w:.-]{1,40})""", re.I
)
_OWN_WORDS_WITHIN = 1024
# As browsers read them: the small sets of old are taken for the larger ones that hold them.
_READ_AS = {
    "iso8859-1": "cp1252", "ascii": "cp1252", "euc_kr": "cp949", "gb2312": "gb18030", "gbk": "gb18030",
    "shift_jis": "cp932", "iso8859-9": "cp1254", "utf-16": "utf-16-le",
}  # fmt: skip
_KNOWN = re.compile(
    r"utf-8|utf-16-[lb]e|cp(125[0-8]|866|874|932|949|950)|iso8859-\d+|koi8-[ru]|euc_jp|big5\w*|gb18030|iso2022_jp"
)


def decoded(body: bytes, declared: str) -> tuple[str, str]:
    """Return a body as text and the charset it was read by. `declared` is its header's; what does not fit is shown
    as `\ufffd`."""
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace"), name
    name = _known(declared) or _known(_own_words(body)) or "utf-8"
    return body.decode(name, "replace"), name


def _own_words(body: bytes) -> str:
    found = _OWN_WORDS.search(body[:_OWN_WORDS_WITHIN])
    return found[1].decode("ascii", "ignore") if found else ""


def _known(name: str) -> str | None:
    """Return the codec for a charset of the web, and none for the other things Python calls a codec."""
    try:
        codec = codecs.lookup(name.strip("\"' ")).name if name.isascii() and name else ""
    except (LookupError, ValueError):
        return None
    codec = _READ_AS.get(codec, codec)
    return codec if _KNOWN.fullmatch(codec) else None
