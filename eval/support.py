"""Do the quotes that a composed sentence cites support it? A second opinion on the engine's verifier: pure functions
over text that share nothing with it, for a check that shares its code would prove nothing."""

import calendar
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ..index.terms import STOP_WORDS
from .facts import tokens
from .reply import Quote

COVERED = 2 / 3  # of a sentence's content words, which a text that supports it has
_LONG, _STEM = 4, 5  # letters: words of so many count as content, and are compared by so many

_WORD = re.compile(r"[^\W\d_]\w*")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)$")
_PER_CENT = re.compile(r"%|\bper\s?cent|\bpercentage", re.IGNORECASE)
_OPENERS = STOP_WORDS | frozenset(
    "after all any before between both during each every following many most several since some through under until"
    " while within".split()
)
_SMALL = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
    " nineteen twenty"
)
_COUNTS = {word: str(number) for number, word in enumerate(_SMALL.split(), start=2)}
_FULL = tuple(calendar.month_name[1:])
_MONTHS = dict(zip((*_FULL, *calendar.month_abbr[1:], "Sept"), (*_FULL, *_FULL, "September"), strict=True))


def held_by(quote: Quote) -> str:
    """All that a quote holds for a sentence: its text and what stands over it; nothing when it is not verbatim."""
    return f"{quote.text}\n{quote.over}" if quote.verbatim else ""


def unsupported(sentence: str, held: Iterable[str]) -> tuple[str, ...]:
    """The claims of a sentence that none of the texts `held` has, in alphabetical order.

    Claims are figures (in digits, or in words from two to twenty), compared by value, months, also those of dates, and
    names: capitalised words that do not begin the sentence, whatever their case in the texts. The word that begins it
    is a name when it has a second capital, or when another name follows it and it is no function word. A percentage is
    also held as a plain figure beside a word for per cent, as in a column of a table.
    """
    text = "\n".join(held)
    held_figures = _figures(text)
    if _PER_CENT.search(text):
        held_figures |= {f"{figure}%" for figure in held_figures}
    words = {word.casefold() for word in _WORD.findall(text)}
    names = {name for name in _names(sentence) if name not in _MONTHS and name.casefold() not in words}
    return tuple(sorted(names | (_figures(sentence) - held_figures) | (_months(sentence) - _months(text))))


def supports(held: Sequence[str], sentence: str) -> bool:
    """Whether the texts together have every claim of a sentence and at least `COVERED` of its content words."""
    wanted, found = _content(sentence), _content("\n".join(held))
    return not unsupported(sentence, held) and len(wanted & found) >= COVERED * len(wanted)


def precise(held: Sequence[str], sentence: str) -> list[bool]:
    """Of each text that a sentence cites, whether it takes part in supporting it: together they do, and it does alone
    or the others do not without it (Gao et al.: Enabling Large Language Models to Generate Text with Citations, EMNLP
    2023, section 3, with `supports` in place of its entailment model)."""
    together = supports(held, sentence)
    rests = [[*held[:number], *held[number + 1 :]] for number in range(len(held))]
    return [
        together and (supports([own], sentence) or not supports(rest, sentence))
        for own, rest in zip(held, rests, strict=True)
    ]


def _figures(text: str) -> set[str]:
    """The figures of a text by value: `3,000` is `3000`, `17th` and `@17` are `17`, `37.70 per cent` is `37.7%`."""
    found = tokens(text)
    digits = {_ORDINAL.sub("", token.lstrip("@#")) for token in found if any(sign.isdigit() for sign in token)}
    return digits | {_COUNTS[token] for token in found if token in _COUNTS}


def _months(text: str) -> set[str]:
    """Months by their full names: those written with a capital, and those of dates in figures."""
    dated = {after.capitalize() for before, after in pairwise(tokens(text)) if before.startswith("@")}
    return dated | {_MONTHS[word] for word in _WORD.findall(text) if word in _MONTHS}


def _names(sentence: str) -> set[str]:
    """The capitalised words of a sentence that are names."""
    words = list(_WORD.finditer(sentence))
    names = {word[0] for word in words[1:] if word[0][0].isupper()}
    if words and words[0][0][0].isupper():
        first = words[0][0]
        follows = len(words) > 1 and words[1][0][0].isupper() and words[1].start() == words[0].end() + 1
        if first[1:] != first[1:].lower() or (follows and first.casefold() not in _OPENERS):
            names.add(first)
    return names


def _content(text: str) -> set[str]:
    return {word.casefold()[:_STEM] for word in _WORD.findall(text) if len(word) >= _LONG}
