"""How likely it is that the passages answer: a logistic regression on features that carry over between corpora."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ..index.lexical import LexicalIndex
from ..index.passage import Passage
from ..index.terms import terms
from .candidates import Candidate

COEFFICIENTS = Path(__file__).with_name("confidence.json")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@dataclass(frozen=True)
class Features:
    """What the estimate rests on; all are cosines or shares in 0…1, so that they mean the same in any corpus.

    `unit_cosine` and `passage_cosine` are the best of the retrieved; the coverages are shares of the question's terms,
    weighted by idf, that the best unit, its passage, and all retrieved passages hold; `rarest_missing` is the idf of
    the rarest term that the best passage lacks, as a share of the highest; `meets_intent` whether the best unit holds
    a thing of the kind asked for; `numbers_missing` the share of the question's numbers that the best passage lacks.
    """

    unit_cosine: float
    passage_cosine: float
    unit_coverage: float
    passage_coverage: float
    retrieved_coverage: float
    rarest_missing: float
    meets_intent: float
    numbers_missing: float


def features(
    question: str, query: Mapping[str, float], best: Candidate, passages: Sequence[Passage], lexical: LexicalIndex, meets_intent: bool
) -> Features:
    """The features of a question's best candidate among its passages."""
    idf = lexical.idf
    total = sum(weight * idf(term) for term, weight in query.items()) or 1.0
    held = _terms_of(best.passage)
    everywhere = held.union(*(_terms_of(passage) for passage in passages))

    def coverage(having: frozenset[str] | set[str]) -> float:
        return sum(weight * idf(term) for term, weight in query.items() if term in having) / total

    missing = [idf(term) for term, weight in query.items() if term not in held and weight == 1.0]
    numbers = set(terms(" ".join(_NUMBER.findall(question))))
    return Features(
        unit_cosine=max(max(passage.units, default=0.0) for passage in passages),
        passage_cosine=max(passage.dense for passage in passages),
        unit_coverage=coverage(set(best.terms)),
        passage_coverage=coverage(held),
        retrieved_coverage=coverage(everywhere),
        rarest_missing=max(missing, default=0.0) / lexical.highest_idf,
        meets_intent=float(meets_intent),
        numbers_missing=len(numbers - held) / len(numbers) if numbers else 0.0,
    )


def confidence(found: Features) -> float:
    """The probability, 0…1, that the best candidate answers."""
    fitted = _coefficients()
    logit = fitted["intercept"] + sum(fitted[name] * value for name, value in vars(found).items())
    return 1 / (1 + math.exp(-logit))


@cache
def _coefficients() -> dict[str, float]:
    """Fitted by `python -m citewell.eval.calibrate`."""
    loaded: dict[str, float] = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))["coefficients"]
    return loaded


def _terms_of(passage: Passage) -> frozenset[str]:
    return frozenset(terms(passage.chunk.context)) | frozenset(terms(passage.chunk.text)) | frozenset(terms(passage.chunk.published or ""))
