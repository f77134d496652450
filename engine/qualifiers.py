"""Qualifiers: the year or place that a question asks about, and the figures that are of another.

A rate of one year or one borough is no answer to a question about another, however well the rest matches.
"""

import math
import re
from collections.abc import Sequence

from ..index.terms import terms
from .candidates import Candidate, Idf
from .intent import gives_figure

AT_HOME = 0.2  # a place named in more than this share of the chunks is what the documents are about anyway

_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_NAME = r"(?:[A-Z][\w-]*[a-z]\s?)+"
_PLACE = re.compile(rf"\b(?:in|across|for|of|at|from|about)\s+({_NAME})|({_NAME})['’]s\b")


def qualifiers(question: str, idf: Idf) -> frozenset[str]:
    """The terms of the years and places that a question is limited to; those that are at home everywhere left out."""
    names = " ".join(before or after for before, after in _PLACE.findall(question))
    rare = (term for term in terms(names) if idf(term) > -math.log(AT_HOME))
    return frozenset((*_YEAR.findall(question), *rare))


def speaking_of(candidates: Sequence[Candidate], wanted: frozenset[str]) -> list[Candidate]:
    """The candidates without those that give a figure while neither they nor their headings name what is wanted."""
    return [c for c in candidates if not gives_figure(c.text) or wanted <= _said_by(c)]


def _said_by(candidate: Candidate) -> set[str]:
    chunk = candidate.passage.chunk
    return {*candidate.terms, *terms(chunk.context), *terms(chunk.published or "")}
