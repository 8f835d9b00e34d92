"""Who and what is named, quoted, or given to be worked on."""

import re

from madang.gateway.semantic.vetoes.text import Text, Word, stem, words

_QUOTED = re.compile(
    r"\"([^\"\n]{1,400})\"|“([^”\n]{1,400})”|「([^」\n]{1,400})」|『([^』\n]{1,400})』"
    r"|‘([^’\n]{1,400})’|(?<!\w)'([^'\n]{1,400})'(?!\w)"
)
# What a question is about, as in "correct this: …"; a comma or a letter in it may be the point.
_MATERIAL = re.compile(r"(?::\s|\n)(.*)", re.DOTALL)
_ENDS = re.compile(r"[.!?:;\n\"“”'‘’(]\s*$")
_OWN_WORDS = words("""
    i i'm i'd i've i'll ok
""")
# How a sentence begins that does not begin with a name.
_BEGINNINGS = words("""
    a an the this that these those there here it is are was were be am do does did has have had can could may
    might will would shall should must what what's which who who's whose whom when where where's why how how's if
    in on at for from to of by with as and or but so since while before after about i i'm i'd i've we you he she
    they my your our his her its their me please hi hello hey ok explain tell give write make show help find list
    name describe define compare convert translate calculate compute create generate suggest recommend summarize
    summarise rewrite fix check correct solve teach let let's draft plan think need want looking any some is there
    best good got get thanks use using say put turn change add remove sort count tips ideas steps ways way recipe
    difference not don't never without no yes also just could're i'll simplify proofread provide walk guide
    outline
""")
# Who does it and to whom; "I" and "me" are left out, since they come with politeness: "could you tell me".
_PERSONS = words("""
    he him she her they them we us
""")


def named_otherwise(one: Text, other: Text) -> bool:
    """Say whether the texts quote or name things differently."""
    return (
        _quoted(one) != _quoted(other)
        or _material(one) != _material(other)
        or _lacks_names_of(one, other)
        or _lacks_names_of(other, one)
        or _persons(one) != _persons(other)
    )


def _quoted(text: Text) -> tuple[str, ...]:
    return tuple("".join(groups).strip().casefold() for groups in _QUOTED.findall(text.written))


def _material(text: Text) -> str:
    found = _MATERIAL.search(text.normal)
    return " ".join(found.group(1).split()) if found else ""


def _persons(text: Text) -> tuple[str, ...]:
    return tuple(word.folded for word in text.words if word.folded in _PERSONS)


def _lacks_names_of(one: Text, other: Text) -> bool:
    there = {_plain(word) for word in other.words}
    return any(_plain(word) not in there for word in _names(one))


def _names(text: Text) -> list[Word]:
    """Return capitalised words, and Latin ones inside Korean; at the beginning of a sentence only unusual ones."""
    is_korean = any(word.is_korean for word in text.words)
    return [word for word in text.words if _is_name(word, text, is_korean)]


def _is_name(word: Word, text: Text, is_in_korean: bool) -> bool:
    if word.is_korean or word.folded in _OWN_WORDS or word.folded[0].isdigit():
        return False
    if is_in_korean:
        return True
    begins = word.start == 0 or _ENDS.search(text.written, max(0, word.start - 4), word.start) is not None
    return word.written[0].isupper() and not (begins and word.folded in _BEGINNINGS)


def _plain(word: Word) -> str:
    return stem(word.folded) if word.is_korean else word.folded.removesuffix("'s")
