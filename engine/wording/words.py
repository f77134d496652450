"""The words of a text as a verifier compares them: their forms, the marks that end clauses, and what words are for."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from ...index.terms import terms


def forms(words: str) -> frozenset[str]:
    return frozenset(form for word in words.split() for form in (terms(word) or (word,)))


# What a sentence may add to a passage: words that introduce, and claim nothing.
INTRODUCES = forms(
    "report reports reported reporting say says said saying state states stated mention mentions mentioned "
    "mentioning according document documents passage also however therefore additionally furthermore moreover "
    "overall namely such like include includes included including specifically particularly both respectively "
    "well within while whilst during regarding concerning related"
)
MEASURES = forms("rate share proportion percentage number total count figure")  # what a table's column may be called
NEGATES = forms("not no nor never none neither nobody nothing without refused failed declined")
ATTRIBUTES = forms("said says claim argue believe think thought feel felt told suggest deny complain fear hope")
# What “that” follows where the clause after it is so.
FACTIVE = forms(
    "show shows shown showed demonstrate demonstrates demonstrated illustrate illustrates illustrated confirm confirms "
    "confirmed find found note notes noted reveal reveals revealed recognise recognised acknowledge acknowledged "
    "highlight highlights highlighted establish established know known clear evident"
)
# What a clause hangs on: left out, it claims something else.
BINDS = NEGATES | ATTRIBUTES | forms("must shall should may might can could will would ought hardly rarely seldom")
# What changes the word after it: that word cannot be told without it.
LIMITS = forms(
    "all every each only most mostly mainly some few fewer several many more less least up half twice double nearly "
    "almost about around approximately over under above below to proposed draft planned expected estimated alleged "
    "allegedly former acting interim deputy assistant potential possible likely unlikely first second third next last"
)
CONDITIONS = forms("if unless except excluding provided subject respectively")
CIRCUMSTANCES = forms("when where whenever wherever once before after until while whilst")  # conditions of a duty
# Words that lexical matching passes over, and that a claim may turn on.
TELLING = frozenset("no nor not can could should will would by from to than if into or when where before after".split())
JOINS = frozenset("and but while whilst whereas".split())
OPENING = frozenset("while whilst".split())  # of a sentence: a circumstance then
DETERMINERS = frozenset("the a an its their his her this these those".split())
PREPOSITIONS = frozenset("of for in on at with to by from about under over within across during between".split())
PRONOUNS = frozenset("it they this these he she we".split())

_PER_CENT = re.compile(r"\s*(?:%|\bper ?cent(?:age)?\b)", re.IGNORECASE)
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")
_MAGNITUDE = re.compile(r"(?<=\d)\s?(thousand|million|billion|bn|[mk])\b", re.IGNORECASE)
_LONG_MAGNITUDE = {"m": "million", "bn": "billion", "k": "thousand"}
_ACCORDING = re.compile(r"\baccording to\b", re.IGNORECASE)
_WORD = re.compile(
    r"[£$€]?\d+(?:[.,:/]\d+)*(?:million|billion|thousand)?%?|[^\W\d_]+|[,;:()–—\t\n]|"
    r"(?:(?<=[a-z]{3})|(?<=[\d)%”\"’]))[.!?](?=\s+[A-Z“\"‘])"  # the end of a sentence before another
)


class Word(NamedTuple):
    """A word or mark of a text: `form` is what it is compared by, empty for what may differ; `ends` says how much of
    the sentence ends with it: nothing, a clause (1) or a statement (2)."""

    lower: str
    form: str
    ends: int = 0


@lru_cache(maxsize=4096)
def words_of(text: str) -> tuple[Word, ...]:
    """The words of a text, and the marks that end its clauses."""
    found = [_word(word) for word in _WORD.findall(plain(text))]
    if found and found[0].lower in OPENING:
        found[0] = Word(found[0].lower, found[0].lower)
    for at, (one, other) in enumerate(pairwise(found)):
        if one.ends and other.ends and (other.lower in JOINS):
            found[at] = one._replace(ends=2)  # “, and”
    return tuple(found)


def _word(word: str) -> Word:
    lower = word.lower()
    if not (word[0].isalnum() or word[0] in "£$€") or lower in JOINS:
        return Word(lower, "", 2 if lower in (";", "\n", ".", "!", "?") else 1)
    if any(c.isdigit() for c in word):
        return Word(lower, lower)
    return Word(lower, (terms(lower) or (lower if lower in TELLING else "",))[0])


def forms_of(text: str) -> frozenset[str]:
    return frozenset(word.form for word in words_of(text) if word.form)


def trimmed(words: Sequence[Word]) -> list[Word]:
    """A part without the marks and conjunctions at its ends."""
    inner = [at for at, word in enumerate(words) if not word.ends]
    return list(words[inner[0] : inner[-1] + 1]) if inner else []


def spans(words: Sequence[Word], least: int) -> Iterator[range]:
    """The clauses of a text (1), or its statements (2), as ranges of its words."""
    ends = [-1, *(at for at, word in enumerate(words) if word.ends >= least), len(words)]
    return (range(one + 1, other) for one, other in pairwise(ends))


def is_start(words: Sequence[Word], at: int) -> bool:
    """Whether a clause begins with this word, words that may differ aside."""
    before = next((word for word in reversed(words[:at]) if word.form or word.ends), None)
    return before is None or before.ends > 0


def is_end(words: Sequence[Word], at: int) -> bool:
    after = next((word for word in words[at + 1 :] if word.form or word.ends), None)
    return after is None or after.ends > 0


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """A text in one way of writing: “not” apart, 3,000 as 3000, £3m as £3million, per cent as %."""
    text = re.sub(r"\bcan(?:['’]t|not)\b", "can not", text, flags=re.IGNORECASE)
    text = re.sub(r"\bwon['’]t\b", "will not", text, flags=re.IGNORECASE)
    text = re.sub(r"n['’]t\b", " not", re.sub(r"['’]s\b", "", text))
    text = _MAGNITUDE.sub(lambda found: _long(found[1]), _THOUSANDS.sub("", text))
    return _PER_CENT.sub("%", _ACCORDING.sub("", text))


def _long(magnitude: str) -> str:
    return _LONG_MAGNITUDE.get(magnitude.lower(), magnitude.lower())
