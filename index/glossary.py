"""The documents' own words: what abbreviations stand for, and what misspellings are held against."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rapidfuzz import process
from rapidfuzz.distance import OSA

LONGEST_PHRASE = 7  # words
SHORTEST_CORRECTED = 4  # letters: shorter words have too many neighbours
TWO_MISTAKES_FROM = 10  # letters
SHORTEST_GUESSED = 3  # letters of an abbreviation that the documents do not define
DEFINED = 1000  # what a definition counts for beside a mere likeness

_SMALL = frozenset(["of", "and", "for", "the", "in", "to", "with", "&", "on"])
_WORD = re.compile(r"[^\W\d_][\w'’&-]*|&")
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_CAPITALISED = re.compile(r"(?<=[\w,;’')] )[A-Z][^\W\d_]*[a-z]\b")  # past the first word of a sentence
_BREAK = re.compile(r"[.;:!?()\[\]|•■\n\t]")
_DEFINED = re.compile(r"\(([A-Z][A-Za-z]{1,6}?)s?\)")
_ABBREVIATION = re.compile(r"\b[A-Za-z]{2,7}\b")


@dataclass(frozen=True)
class Glossary:
    """`phrases`: what an abbreviation, in capitals, stands for; `words`: how often the documents have a word; `names`:
    the words that they write with a capital inside a sentence, and never without. All words are in lower case."""

    phrases: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, int] = field(default_factory=dict)
    names: Collection[str] = frozenset()

    def expand(self, question: str, is_word: Callable[[str], bool]) -> dict[str, str]:
        """What the abbreviations of a question stand for, as they are written there.

        Only what is written in capitals, or is no word (see `correct`), is taken for an abbreviation.
        """
        found: dict[str, str] = {}
        for word in _ABBREVIATION.findall(question):
            bare = word[:-1] if word.endswith("s") and word[:-1].isupper() else word
            phrase = self.phrases.get(bare.upper()) or self.phrases.get(bare.upper().removesuffix("S"))
            if (
                phrase
                and (is_abbreviation(bare) or not is_word(bare.lower()))
                and phrase.lower() not in question.lower()
            ):
                found[word] = phrase
        return found

    def correct(self, question: str, is_word: Callable[[str], bool]) -> str:
        """The question with misspelt words replaced by the nearest of the documents'.

        Args:
            is_word: whether a lower-case word is one of the language; such a word is left alone.
        """

        def nearest(match: re.Match[str]) -> str:
            word = match.group().lower()
            if len(word) < SHORTEST_CORRECTED or word in self.words or is_abbreviation(match.group()) or is_word(word):
                return match.group()
            alike = [other for other in self.words if other[0] == word[0] and abs(len(other) - len(word)) <= 2]
            limit = 2 if len(word) >= TWO_MISTAKES_FROM else 1
            hits = process.extract(word, alike, scorer=OSA.distance, score_cutoff=limit, limit=5)
            return str(min(hits, key=lambda hit: (hit[1], -self.words[hit[0]]))[0]) if hits else match.group()

        return _LETTERS.sub(nearest, question)


def build_glossary(texts: Iterable[str]) -> Glossary:
    """The glossary of the documents' texts."""
    phrases: Counter[tuple[str, str]] = Counter()
    written: Counter[str] = Counter()
    capitalised: set[str] = set()
    for text in texts:
        written.update(_LETTERS.findall(text))
        capitalised.update(_CAPITALISED.findall(text))
        phrases.update(dict.fromkeys(_defined(text), DEFINED))
        for part in _BREAK.split(text):
            phrases.update(_initials(part))
    best: dict[str, tuple[int, str]] = {}
    for (initials, phrase), count in phrases.items():
        best[initials] = max(best.get(initials, (0, "")), (count, phrase))
    words: Counter[str] = Counter()
    for word, count in written.items():
        words[word.lower()] += count
    names = {word.lower() for word in capitalised if word.lower() not in written}
    return Glossary({initials: phrase for initials, (_, phrase) in best.items()}, dict(words), frozenset(names))


def is_abbreviation(word: str) -> bool:
    """Whether a word is written as one: with two capitals or more."""
    return sum(letter.isupper() for letter in word) > 1


def _initials(part: str) -> Iterable[tuple[str, str]]:
    """Each run of capitalised words, with its initials; small words may stand inside, a lower-case one at the end."""
    words = list(_WORD.finditer(part))
    for first, word in enumerate(words):
        if not word.group()[0].isupper():
            continue
        for last in range(first + 1, min(first + LONGEST_PHRASE, len(words))):
            if part[words[last - 1].end() : words[last].start()] != " ":
                break
            text = words[last].group()
            if text.lower() in _SMALL:
                continue
            run = [w.group() for w in words[first : last + 1]]
            phrase = part[word.start() : words[last].end()]
            if sum(w[0].isupper() for w in run) > 1:
                yield from (
                    (letters, phrase)
                    for letters in _letters(words[first : last + 1])
                    if len(letters) >= SHORTEST_GUESSED
                )
            if not text[0].isupper():
                break


def _letters(words: Sequence[re.Match[str]]) -> set[str]:
    """The initials of a phrase in capitals, with and without its small words (Heads of Service: HOS, HS)."""
    every = [word.group() for word in words]
    return {"".join(w[0] for w in kept).upper() for kept in (every, [w for w in every if w.lower() not in _SMALL])}


def _defined(text: str) -> Iterable[tuple[str, str]]:
    """Abbreviations that stand in brackets behind what they mean, commas as in "Director, Adult Services" allowed."""
    for match in _DEFINED.finditer(text):
        before = text[max(0, match.start() - 90) : match.start()]
        words = list(_WORD.finditer(before))
        for first in range(len(words)):
            run = words[first:]
            tight = all(before[one.end() : other.start()] in (" ", ", ") for one, other in pairwise(run))
            if tight and match.group(1).upper() in _letters(run):
                yield match.group(1).upper(), before[run[0].start() : run[-1].end()]
