"""How many of what: the things whose number a question asks for."""

import re

from ..index.terms import terms

_HOW_MANY = re.compile(r"\bhow many\s+(.*)", re.IGNORECASE)
_WORD = re.compile(r"[\w'’-]+")
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
