"""The order of the vetoes: each reads one kind of detail out of both texts, and they must agree on it."""

from collections.abc import Callable, Collection, Hashable
from typing import Literal

from madang.gateway.semantic.vetoes import mentioned, small_korean, small_words
from madang.gateway.semantic.vetoes.code import code
from madang.gateway.semantic.vetoes.content import worded_otherwise
from madang.gateway.semantic.vetoes.forms import asked_language, forms, leave, script
from madang.gateway.semantic.vetoes.names import named_otherwise
from madang.gateway.semantic.vetoes.numbers import numbers
from madang.gateway.semantic.vetoes.roles import limits, plays_other_roles
from madang.gateway.semantic.vetoes.tense import timed_otherwise
from madang.gateway.semantic.vetoes.text import Text, read
from madang.gateway.semantic.vetoes.times import dates
from madang.gateway.semantic.vetoes.turns import negations, opposites
from madang.gateway.semantic.vetoes.units import units

Veto = Literal[
    "numbers", "dates", "units", "names", "negation", "opposites", "language", "format", "code", "tense", "words"
]  # fmt: skip
"""What differs: a number, a day or season, a unit or currency, who or in which order, a "not", a word and its
contrary, the language asked in or for, the form asked for, something written for machines, what is or was, any other
word that carries the question."""

_READERS: tuple[tuple[Veto, Callable[[Text], Hashable]], ...] = (
    ("language", script),
    ("code", code),
    ("numbers", numbers),
    ("units", units),
    ("dates", dates),
    ("language", asked_language),
    ("negation", negations),
    ("opposites", opposites),
    ("format", forms),
    ("format", leave),
    ("words", small_korean.degrees),
    ("names", mentioned.initials),
    ("opposites", mentioned.right_hand),
    ("dates", limits),
)
# These say something in some questions only: what the other does not speak of may be meant there all the same.
_WHERE_BOTH_SPEAK: tuple[tuple[Veto, Callable[[Text], Collection[str]]], ...] = (
    ("format", small_words.duty),
    ("format", small_words.asked_for),
    ("names", small_words.owners),
    ("names", small_words.pointed),
    ("names", small_words.speaker),
    ("words", mentioned.mentioned),
    ("words", small_words.joined),
    ("words", small_words.deeds),
    ("format", small_korean.duty),
    ("words", small_korean.deeds),
)


def veto(asked: str, kept: str) -> Veto | None:
    """Return why these two questions must not share an answer, or `None` where nothing was found against it."""
    one, other = read(asked), read(kept)
    if one.normal == other.normal:
        return None
    for kind, details in _READERS:
        if details(one) != details(other):
            return kind
    for kind, read_from in _WHERE_BOTH_SPEAK:
        if (said := read_from(one)) and (kept_said := read_from(other)) and said != kept_said:
            return kind
    if named_otherwise(one, other) or plays_other_roles(one, other):
        return "names"
    if worded_otherwise(one, other):
        return "words"
    return "tense" if timed_otherwise(one, other) else None
