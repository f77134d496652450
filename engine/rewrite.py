"""The question as it is retrieved: standing alone, spelt as the documents spell, abbreviations written out."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..index.glossary import Glossary
from ..index.terms import terms
from .intent import Intent, read_intent

CARRIED_WEIGHT = 0.4  # of a term that only an earlier turn has, beside 1 for the question's own
EXPANDED_WEIGHT = 0.5  # of a term of what an abbreviation stands for
FEW_TERMS = 3  # a fragment ("team managers?") with fewer terms than this leans on the turn before
ENOUGH_TERMS = 4  # a question with so many stands alone although it says "one" or "that": it may mean its own words

_CONJOINED = re.compile(
    r"^\W*(and|but|so|or|also|what about|how about|what else|who else|anything else)\b", re.IGNORECASE
)
_CONTINUES = re.compile(
    rf"{_CONJOINED.pattern}|"
    r"\b(it|its|they|them|their|theirs|he|him|his|she|her|hers)\b",
    re.IGNORECASE,
)
_MAY_CONTINUE = re.compile(r"\b(that|those|these|this|there|then|same|one|ones|others?)\b", re.IGNORECASE)
_WHOLE = re.compile(
    r"^\W*((who|what|which|whose|when|where|why|how)\b.*\b\w+|is|are|was|were|do|does|did|has|have|had|can|could|should|will|"
    r"would|must|may|list|name|give|show|tell|explain|describe)\b",
    re.IGNORECASE,
)
# How new a source is its date says (see `dates`), and its words hardly ever.
_NOW = frozenset(terms("now nowadays current currently presently latest newest"))
MEASURES = frozenset(terms("many much long often old far large big high exactly total"))


@dataclass(frozen=True)
class Query:
    """What is looked for: `asked` is the question as corrected, `text` what is retrieved, `weights` the terms of it,
    `names` the words, in lower case, that the documents write as names only (None: that is not known)."""

    asked: str
    text: str
    weights: Mapping[str, float]
    names: Collection[str] | None = None

    @cached_property
    def intent(self) -> Intent:
        """Of the question itself; of what it continues where it is a fragment of that ("and for team managers?")."""
        own = read_intent(self.asked, self._is_name)
        whole = _WHOLE.search(self.asked) and not _CONJOINED.search(self.asked)
        return own if own.kind != "other" or whole else read_intent(self.text, self._is_name)

    def _is_name(self, word: str) -> bool:
        return self.names is None or word in self.names


def rewrite(question: str, turns: Sequence[str], glossary: Glossary, is_word: Callable[[str], bool]) -> Query:
    """The query for a question after the user's earlier ones.

    Args:
        turns: earlier questions, oldest first.
        is_word: whether a lower-case word is one of the language (see `Glossary.correct`).
    """
    asked = glossary.correct(question, is_word)
    before = carried(asked, turns)
    text = f"{before} – {asked}" if before else asked
    meanings = glossary.expand(text, is_word)
    for short, phrase in meanings.items():
        text = re.sub(rf"\b{re.escape(short)}\b", f"{short} ({phrase})", text, count=1)
    weights = dict.fromkeys(terms(before), CARRIED_WEIGHT)
    weights |= dict.fromkeys(terms(" ".join(meanings.values())), EXPANDED_WEIGHT)
    own = terms(asked)
    weights |= dict.fromkeys([term for term in own if term not in _NOW] or own, 1.0)
    return Query(asked, text, weights, glossary.names)


def carried(question: str, turns: Sequence[str]) -> str:
    """What earlier turns have to say for the question to stand alone; empty when it does."""
    if not turns or not _leans(question):
        return ""
    before = turns[-1].rstrip(" ?.!")
    earlier = carried(turns[-1], turns[:-1])
    return f"{earlier} – {before}" if earlier else before


def _leans(question: str) -> bool:
    """Whether a question needs the turn before it to be understood: it continues, points back, or is a fragment."""
    own = set(terms(question))
    if _CONTINUES.search(question) or not own - MEASURES:
        return True
    if len(own) < ENOUGH_TERMS and _MAY_CONTINUE.search(question):
        return True
    return len(own) < FEW_TERMS and not _WHOLE.search(question)
