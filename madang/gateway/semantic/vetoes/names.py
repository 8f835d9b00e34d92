"""Who and what is named, and in which order: a beats b is not b beats a."""

import re

from madang.gateway.semantic.vetoes.text import Text, Word, stem, words

_QUOTED = re.compile(
    r"\"([^\"\n]{1,400})\"|“([^”\n]{1,400})”|「([^」\n]{1,400})」|『([^』\n]{1,400})』"
    r"|‘([^’\n]{1,400})’|(?<!\w)'([^'\n]{1,400})'(?!\w)"
)
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
# Words that stand between two things and give them parts to play.
_RELATIONS = words("""
    from to into than over onto versus vs beat beats against for by between and then before after
""")
_ROLES = {
    particle: role
    for role, particles in {
        "from": "에서부터 에서 부터 한테서 에게서 로부터 으로부터",
        "to": "까지 에게 한테 께 으로 로",
        "than": "보다",
        "subject": "이 가",
        "object": "을 를",
    }.items()
    for particle in particles.split()
}
_LONGEST_ROLE = 4
_SHORTEST_ORDERED = 2


def named_otherwise(one: Text, other: Text) -> bool:
    """Say whether the texts quote, name or order things differently."""
    return (
        _quoted(one) != _quoted(other)
        or _lacks_names_of(one, other)
        or _lacks_names_of(other, one)
        or _plays_other_roles(one, other)
        or _is_ordered_otherwise(one, other)
    )


def _quoted(text: Text) -> tuple[str, ...]:
    return tuple("".join(groups).strip().casefold() for groups in _QUOTED.findall(text.written))


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


def _is_ordered_otherwise(one: Text, other: Text) -> bool:
    """Say whether what both name comes in another order, where a word gives the order a meaning."""
    if not (_has_relation(one) or _has_relation(other)):
        return False
    first, second = _content(one), _content(other)
    shared = set(first) & set(second)
    if len(shared) < _SHORTEST_ORDERED:
        return False
    return _first_places(first, shared) != _first_places(second, shared)


def _has_relation(text: Text) -> bool:
    return any(
        _role(word) not in {None, "object"} if word.is_korean else word.folded in _RELATIONS for word in text.words
    )


def _content(text: Text) -> list[str]:
    return [_plain(word) for word in text.words if word.folded not in _BEGINNINGS and word.folded not in _RELATIONS]


def _first_places(words: list[str], shared: set[str]) -> list[str]:
    return [word for word in dict.fromkeys(words) if word in shared]


def _plays_other_roles(one: Text, other: Text) -> bool:
    """Say whether a Korean noun that both have is marked as another part of the sentence."""
    first, second = _roles(one), _roles(other)
    return any(role != second.get(noun, role) for noun, role in first.items())


def _roles(text: Text) -> dict[str, str]:
    return {_plain(word): role for word in text.words if word.is_korean and (role := _role(word))}


def _role(word: Word) -> str | None:
    lengths = range(min(_LONGEST_ROLE, len(word.folded) - 1), 0, -1)
    return next((role for length in lengths if (role := _ROLES.get(word.folded[-length:]))), None)
