"""A text as the vetoes see it: one spelling of each letter, cut into words."""

import re
import unicodedata
from dataclasses import dataclass

# A word is letters or digits; an apostrophe inside belongs to it, as in "don't".
_RUNS = re.compile(r"[가-힣]+|\d+|[^\W\d_가-힣]+(?:['’][^\W\d_]+)*")
_LONGEST_KEY = 7


def table(lines: str) -> dict[str, str]:
    """Return a dictionary from lines of `meaning: spelling spelling …`."""
    pairs = (line.split(":", 1) for line in lines.strip().splitlines())
    return {spelling: meaning.strip() for meaning, spellings in pairs for spelling in spellings.split()}


def words(text: str) -> frozenset[str]:
    """Return a set from words with white space between them."""
    return frozenset(text.split())


# What stands behind a noun, or makes a sentence of it.
PARTICLES = words("""
    은 는 이 가 을 를 의 에 에서 에게 에게서 한테 한테서 께 로 으로 와 과 랑 이랑 하고 도 만 까지 부터 보다 처럼
    만큼 마다 이나 이라 이라도 라도 이란 이라고 라고 이라는 라는 인가 인가요 인지 이야 이에요 예요 이죠 죠 이지
    입니까 입니다 이고 에는 에도 에만 에서는 에서도 로는 으로는 로도 으로도 까지는 부터는 로부터 으로부터 에의
    대로 밖에 요 이요 적인 적으로 이서 씩
""")
_LONGEST_PARTICLE = max(map(len, PARTICLES))


@dataclass(frozen=True, slots=True)
class Word:
    """One word, and the same without regard to case. `start` is its place in the text."""

    written: str
    folded: str
    start: int

    @property
    def is_korean(self) -> bool:
        return "가" <= self.folded[0] <= "힣"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in NFC, `normal` without white space around it; `words` are split where Korean, Latin and digits meet."""

    written: str
    normal: str
    words: tuple[Word, ...]


def read(text: str) -> Text:
    """Return the text cut up."""
    written = unicodedata.normalize("NFC", text)
    words = tuple(
        Word(run.group(), run.group().casefold().replace("’", "'"), run.start()) for run in _RUNS.finditer(written)
    )
    return Text(written, written.strip(), words)


def stem(word: str) -> str:
    """Return a Korean noun without the longest particle behind it."""
    for length in range(min(_LONGEST_PARTICLE, len(word) - 1), 0, -1):
        # "나라는" speaks of a country, not of somebody called "나".
        is_noun_too = length == len(word) - 1 and word[-length] == "라"
        if word[-length:] in PARTICLES and not is_noun_too:
            return word[:-length]
    return word


def key_in(word: Word, keys: dict[str, str]) -> str | None:
    """Return what the word means among `keys`. A Korean one may have endings behind it."""
    if not word.is_korean:
        return keys.get(word.folded) or keys.get(word.folded.removesuffix("'s"))
    if found := keys.get(word.folded) or keys.get(stem(word.folded)):
        return found
    for length in range(min(_LONGEST_KEY, len(word.folded)), 1, -1):
        if found := keys.get(word.folded[:length]):
            return found
    return None
