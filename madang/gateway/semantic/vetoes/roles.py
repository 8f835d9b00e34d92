"""Who does what to whom, and from where to where: a beats b is not b beats a."""

import re
from collections import Counter
from itertools import chain

from madang.gateway.semantic.vetoes.content import carried_by, content
from madang.gateway.semantic.vetoes.text import Text, Word, stem, table, words
from madang.gateway.semantic.vetoes.times import is_time

# Words that give what stands around them different parts to play.
_RELATIONS = words("""
    from into than over onto versus vs beat beats beating against between before after to by
""")
# How a part of a sentence begins that may as well stand at its other end: "in Python, …" and "… in Python".
_MOVABLE = words("""
    in on at for with using as when if while during within
""")
_ROTATED = 4
_ROLES = table("""
from: 에서부터 에서 부터 한테서 에게서 로부터 으로부터
to: 까지 에게 한테 께 으로 로
than: 보다
subject: 이 가
object: 을 를
only: 만 에서만 에게만 한테만 으로만 로만
""")
_LONGEST_ROLE = 4
_LIMITS = {"부터": "from", "까지": "to"}
_ABOUT = ("대한", "대해", "대하", "관한", "관해", "관하")
# 에서 is where something is done as well; where somebody goes, it is where from.
_GOES = re.compile(
    r"^(?:가|갈|간|갔|오|올|온|왔|와)(?:는|려면|려고|요|면|야|고|나요|까|까요|다가|어|어요|던)*$|출발|떠나|떠난|걸리|걸려|걸릴"
    r"|걸렸|보내|보낸|보낼|이동|가져|데려"
)
_PREPOSITIONS = table("""
from: from off
to: to into onto towards toward
for: for
with: with using
by: by
about: about regarding concerning
against: against versus vs
place: in on at of within inside near
""")
# These say something even where the other text has the bare word; the others are left out as often as not.
_TELLING = frozenset({"from", "by", "against"})
# "In Python" and "with Python", "for Rome" and "of Rome" are said of the same; what is sent to somebody is for them.
_ALIKE = frozenset(
    map(frozenset, (("place", "with"), ("place", "for"), ("place", "about"), ("place", "to"), ("to", "for")))
)


def plays_other_roles(one: Text, other: Text) -> bool:
    """Say whether what both texts speak of does other things in them, or comes in another order."""
    if any(word.is_korean for word in one.words):
        return _is_marked_otherwise(one, other) or _is_turned_in_korean(one, other)
    return _goes_otherwise(one, other) or _is_turned_in_english(one, other)


def _is_turned_in_english(one: Text, other: Text) -> bool:
    first, second = content(one), content(other)
    shared = set(first) & set(second)
    first, second = _first_places(first, shared), _first_places(second, shared)
    if first == second:
        return False
    may_rotate = len(first) >= _ROTATED and not (_has_relation(one) or _has_relation(other))
    return not (may_rotate and (_opens_with_part(one) or _opens_with_part(other)) and _is_rotated(first, second))


def _is_rotated(one: list[str], other: list[str]) -> bool:
    turn = other.index(one[0])
    return other[turn:] + other[:turn] == one


def _has_relation(text: Text) -> bool:
    return any(word.folded in _RELATIONS for word in text.words)


def _opens_with_part(text: Text) -> bool:
    return bool(text.words) and text.words[0].folded in _MOVABLE


def _first_places(found: list[str], shared: set[str]) -> list[str]:
    # Where an adverb stands says nothing: "properly boil an egg" and "boil an egg properly".
    return [word for word in dict.fromkeys(found) if word in shared and not word.endswith("ly")]


def _goes_otherwise(one: Text, other: Text) -> bool:
    """Say whether an English word that both have stands behind another preposition: to Rome, from Rome."""
    first, second = _prepositions(one), _prepositions(other)
    return any(_differ(first[word], second[word]) for word in first.keys() & second.keys())


def _differ(one: str, other: str) -> bool:
    if one == other or frozenset({one, other}) in _ALIKE:
        return False
    return bool(one and other) or bool({one, other} & _TELLING)


def _prepositions(text: Text) -> dict[str, str]:
    """Return which preposition stands before each word that carries the question, "" where none does.

    What ends the question is found under "": "made by", "come from".
    """
    found: dict[str, str] = {}
    before = ""
    for word in text.words:
        if preposition := _PREPOSITIONS.get(word.folded):
            before = preposition
        elif carried := carried_by(word):
            found.setdefault(carried, before)
            before = ""
    return found | {"": before}


def _is_turned_in_korean(one: Text, other: Text) -> bool:
    """Say whether words stand in another order that no particle tells the parts of."""
    first, second = _carriers(one), _carriers(other)
    told = _told_by_particles(first, second)
    shared = {carried for carried, _ in first} & {carried for carried, _ in second} - told
    return _in_order(first, shared) != _in_order(second, shared)


def _carriers(text: Text) -> list[tuple[str, Word]]:
    return [(carried, word) for word in text.words if (carried := carried_by(word))]


def _told_by_particles(one: list[tuple[str, Word]], other: list[tuple[str, Word]]) -> set[str]:
    """Return the words that play the same part in both texts, and alone."""
    first, second = ({carried: _role(word) for carried, word in found} for found in (one, other))
    often = Counter(chain(first.values(), second.values()))
    return {carried for carried, role in first.items() if role and second.get(carried) == role and often[role] == 2}


def _in_order(found: list[tuple[str, Word]], shared: set[str]) -> list[str]:
    return list(dict.fromkeys(carried for carried, _ in found if carried in shared))


def _is_marked_otherwise(one: Text, other: Text) -> bool:
    """Say whether a Korean noun that both have is marked as another part of the sentence."""
    first, second = _roles(one), _roles(other)
    if any(_clash(first[noun], second[noun]) for noun in first.keys() & second.keys()):
        return True
    if _is_only_there(first, other) or _is_only_there(second, one):
        return True
    if _leaves_elsewhere(one, first, second, other) or _leaves_elsewhere(other, second, first, one):
        return True
    # What 은 and 는 stand behind may be either, so the one whom it happens to tells.
    objects, others = _objects(first), _objects(second)
    return bool(objects and others and objects != others)


def _clash(one: str, other: str) -> bool:
    # "About" something is said of whatever the question is about; of a person it is not to them.
    roles = {one, other}
    return len(roles) == 2 and ("about" not in roles or not roles.isdisjoint({"to", "from"}))


def _leaves_elsewhere(one: Text, roles: dict[str, str], others: dict[str, str], other: Text) -> bool:
    """Say whether one text goes from where the other only names a place: 역에서 가는 길 is not 역 가는 길."""
    starts = {noun for noun, role in roles.items() if role == "from" and noun not in others}
    names = {_noun(word) for word in other.words if word.is_korean}
    return bool(starts & names) and any(_GOES.search(word.folded) for word in one.words)


def _is_only_there(roles: dict[str, str], other: Text) -> bool:
    """Say whether one text speaks of this alone, and the other of it among others: 물만, and 물."""
    alone = {noun for noun, role in roles.items() if role == "only"}
    return any(_noun(word) in alone and _role(word) != "only" for word in other.words if word.is_korean)


def limits(text: Text) -> tuple[str, ...]:
    """Return whether a time is where something begins or ends: 금요일까지 is not 금요일에."""
    pairs = zip(("", *(word.folded for word in text.words)), text.words, strict=False)
    times = (word for before, word in pairs if word.is_korean and (is_time(word) or before[-1:].isdigit()))
    return tuple(role for word in times if (role := _LIMITS.get(word.folded[-2:])))


def _objects(roles: dict[str, str]) -> set[str]:
    return {noun for noun, role in roles.items() if role == "object"}


def _roles(text: Text) -> dict[str, str]:
    pairs = zip(text.words, (*(word.folded for word in text.words[1:]), ""), strict=True)
    return {_noun(word): role for word, after in pairs if word.is_korean and (role := _role_before(word, after))}


def _role_before(word: Word, after: str) -> str | None:
    return "about" if word.folded.endswith("에") and after.startswith(_ABOUT) else _role(word)


def _noun(word: Word) -> str:
    return stem(word.folded)


def _role(word: Word) -> str | None:
    lengths = range(min(_LONGEST_ROLE, len(word.folded) - 1), 0, -1)
    return next((role for length in lengths if (role := _ROLES.get(word.folded[-length:]))), None)
