"""Follow-up questions: what an earlier turn has to say for this one to stand alone."""

import re
from collections.abc import Mapping, Sequence

from ..index.terms import terms

CARRIED_WEIGHT = 0.4  # of a term that only an earlier turn has, beside 1 for the question's own
FEW_TERMS = 3  # a question with fewer terms of its own than this leans on the turn before

_LEANS = re.compile(
    r"^\W*(and|but|so|or|also|what about|how about|what else|who else|anything else)\b|"
    r"\b(it|its|they|them|their|theirs|he|him|his|she|her|hers|that|those|these|this|there|then|same|one|ones|others?)\b",
    re.IGNORECASE,
)


def rewrite(question: str, turns: Sequence[str]) -> str | None:
    """The question with the turn before it when it does not stand alone; None when it does."""
    if not turns or not (_LEANS.search(question) or len(set(terms(question))) < FEW_TERMS):
        return None
    before = turns[-1]
    if (earlier := rewrite(before, turns[:-1])) is not None:
        before = earlier
    return f"{before.rstrip(' ?.!')} – {question}"


def query_terms(question: str, rewritten: str | None) -> Mapping[str, float]:
    """The terms to look for with their weights in 0…1: those of an earlier turn count for less."""
    weights = dict.fromkeys(terms(rewritten or ""), CARRIED_WEIGHT)
    return weights | dict.fromkeys(terms(question), 1.0)
