"""How many of what: whether a figure counts the things whose number a question asks for."""

import re
from collections.abc import Sequence
from itertools import takewhile

from ..index.terms import terms
from .intent import NUMBER

AFTER, BEFORE = 5, 4  # words and marks, after a figure and before it, among which stands what it counts
LOOSELY = 0.7  # what a figure after its thing ("visits rose to 40") is worth, beside 1 for one before it ("40 visits")

_HOW_MANY = re.compile(r"\bhow many\s+(.*)", re.IGNORECASE)
_WORD = re.compile(r"[\w'’-]+")
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[\w'’-]+|[.;:]")
_MANY = re.compile(r"(?:.*[^\W\d_]{2}[^s'’]s|people|children|staff|men|women)", re.IGNORECASE)
# Where the name of what is counted ends.
_ENDS = frozenset(
    (
        "is are was were do does did has have had can could will would should may might must be been in of on at for "
        "from with to by the a an there that who which were get got"
    ).split()
)


def asks_how_many(question: str) -> str | None:
    """The term of the things whose number a question asks for; None when it asks for no number of things."""
    match = _HOW_MANY.search(question)
    words: list[str] = []
    for word in _WORD.findall(match.group(1).lower()) if match else ():
        if word in _ENDS:
            break
        words.append(word)
    thing = next((word for word in words if _MANY.fullmatch(word)), words[-1] if words else "")
    return next(reversed(terms(thing)), None)


def counts(thing: str, text: str, header: str = "") -> float:
    """How surely a text says a number of things, 0…1: "17 social workers" does of workers, "17 cases" does not.

    Args:
        thing: a term.
        header: of the text's table; it may name the thing for each of its figures.
    """
    if thing in terms(header) and re.search(r"\d", text):
        return 1.0
    tokens = _TOKEN.findall(text)
    best = 0.0
    for place in (n for n, token in enumerate(tokens) if NUMBER.fullmatch(token)):
        if _named(tokens[place + 1 : place + 1 + AFTER], thing):
            return 1.0
        if _named(tokens[max(0, place - BEFORE) : place][::-1], thing):
            best = LOOSELY
    return best


def _named(tokens: Sequence[str], thing: str) -> bool:
    """Whether a thing is named before the clause ends."""
    return any(thing in terms(token) for token in takewhile(lambda token: token not in ".;:", tokens))
