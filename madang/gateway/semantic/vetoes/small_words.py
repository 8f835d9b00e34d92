"""Small words of English that mostly say nothing, and sometimes everything: need and like, can and should, I and me.

Each reader returns something only where its words stand for more than politeness. Two texts are held apart by one
where both have something and not the same.
"""

import re

from madang.gateway.semantic.vetoes.text import Text, table, words

_POLITE = re.compile(
    r"\b(?:(?:can|could|would|will) you (?:please )?"
    r"(?:(?:tell|give|show|help|explain|suggest|recommend|provide|say|think of)(?: me| us)?(?: know)?)?"
    r"|(?:^|(?<=please )|(?<=you )|(?<=just ))(?:tell|give|show|help|let|teach) (?:me|us)(?: know)?"
    r"|do you (?:happen to )?(?:know|think|mean)|i think|what do i need to do to"
    r"|(?<!do )i (?:just )?(?:want|need)(?: to)?(?: know)?|i(?:'d| would) (?:just )?like(?: to)?(?: know)?"
    r"|(?:thing|things|way|ways|how|need|needed) to (?:get|use|take|go|give)(?= (?:from|to|there|rid|around)))\b"
)
_VERBS = table("""
get: get gets getting got
take: take takes taking took taken
use: use uses using
give: give gives giving gave given
show: show shows showing showed
say: say says said saying
tell: tell tells telling told
help: help helps helped helping
need: need needs needed
want: want wants wanted
think: think thinks thinking thought
know: know knows knew known
mean: mean means meant
go: go goes going went gone
recommend: recommends recommended
""")
_AIDS = words("""
    do does did don't doesn't didn't to
""")
_BE = words("""
    is are was were be what's
""")
_WHEN = r"(?:when|where|which|who|whose|how (?:much|many|long|often|far|late|early|old|soon))"
_DUTY = re.compile(rf"\b{_WHEN}\b.{{0,200}}?\b(?:should|must|ought|has to|have to|need to|needs to)\b")
_LEAVE = re.compile(rf"\b{_WHEN}\b.{{0,200}}?\b(?:can|could|may)\b(?! you)")
_AMOUNT = re.compile(r"\bhow much\b|\bamount\b")
_STATE = re.compile(r"\bhow(?: is| are| was| were|'s)\b|\bwhat\b.{0,200}\blike$")
_NATURE = re.compile(r"\bwhat(?: is| are| was| were|'s)\b(?!.{0,200}\b(?:way|ways|method|methods|like|time)\b)")
_COMPARED = re.compile(r"\b(?:differ\w*|compar\w*|vs|versus|between|better|prefer)\b")
_SIDES = table("""
near: this these here
far: that those there
""")
_OWNERS = table("""
my: my
our: our
your: your
their: their
his: his
her: her
""")


def deeds(text: Text) -> frozenset[str]:
    """Return the verbs that say little, where they are what is asked about: what cats need, what they like."""
    spoken = _plain(text).split()
    found = {verb for word in spoken if (verb := _VERBS.get(word))}
    return frozenset(found | _likes(spoken) | ({"do"} if spoken[-1:] == ["do"] and len(spoken) > 1 else set()))


def duty(text: Text) -> str:
    """Return whether it is asked when, where, how much one may, or should. "How can I" is "how should I"."""
    spoken = _plain(text)
    if _DUTY.search(spoken):
        return "duty"
    return "leave" if _LEAVE.search(spoken) else ""


def asked_for(text: Text) -> str:
    """Return whether it is asked how much, how something is, or what it is."""
    spoken = _plain(text)
    kinds = (("much", _AMOUNT), ("how", _STATE), ("what", _NATURE))
    return next((kind for kind, pattern in kinds if pattern.search(spoken)), "")


def joined(text: Text) -> str:
    """Return whether things are asked about together, or one of them. What is compared is joined by either."""
    spoken = _plain(text)
    found = {word for word in spoken.split() if word in ("and", "or")}
    return "" if _COMPARED.search(spoken) or len(found) != 1 else found.pop()


def pointed(text: Text) -> frozenset[str]:
    """Return whether this or that is meant."""
    return frozenset(side for word in text.words if (side := _SIDES.get(word.folded)))


def owners(text: Text) -> frozenset[str]:
    """Return whose something is."""
    return frozenset(owner for word in text.words if (owner := _OWNERS.get(word.folded)))


def speaker(text: Text) -> tuple[str, ...]:
    """Return in which order the one who asks and the one who is asked come, and which of them it happens to."""
    spoken = [word for word in _plain(text).split() if word in ("i", "me", "you")]
    return tuple(spoken) if "me" in spoken or {"i", "you"} <= set(spoken) else tuple(set(spoken) & {"i"})


def _likes(spoken: list[str]) -> set[str]:
    if "like" not in spoken:
        return set()
    before = spoken[: spoken.index("like")]
    if any(word in _AIDS for word in before):
        return {"like"}
    return {"be like"} if any(word in _BE for word in before) else set()


def _plain(text: Text) -> str:
    return _POLITE.sub(" ", " ".join(word.folded for word in text.words)).strip()
