"""How likely it is that the passages answer: a logistic regression on features that carry over between corpora."""

import json
import math
import re
from collections.abc import Container, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from ..index.lexical import LexicalIndex
from ..index.passage import Passage
from ..index.terms import terms
from .candidates import Candidate
from .rewrite import Query
from .verify import figures

COEFFICIENTS = Path(__file__).with_name("confidence.json")
_NAME = re.compile(r"(?<=[^.?!:–] )[A-Z][\w'’-]*[a-z][\w'’-]*|\b\d+(?:[.,]\d+)*")


@dataclass(frozen=True)
class Features:
    """What the estimate rests on: cosines, shares in 0…1 and margins, so that they mean the same in any corpus.

    The coverages are the shares of the question's terms, weighted by idf, that the best unit and its passage hold.
    """

    unit_cosine: float  # the best of any unit with the question
    passage_cosine: float  # the best of any passage with the question
    unit_coverage: float
    passage_coverage: float
    rarest_missing: float  # idf of the rarest term that the best passage lacks, as a share of the highest idf
    numbers_unknown: float  # the share of the question's numbers that no chunk of the index has
    names_missing: float  # the share of the question's names and numbers that the best passage lacks
    meets_intent: float  # 1 when a quote holds a thing of the kind asked for
    bm25: float  # the best of any passage, as a share of the question's total idf
    passage_margin: float  # fused score of the first passage over the second
    unit_margin: float  # log odds of the first candidate over the second
    best_cosine: float  # of the best unit with the question
    best_passage: float  # fused score of the best unit's passage
    best_gained: float  # coverage that the unit before the best one adds to it
    question_terms: float  # how much is asked, as log(1 + terms)


def features(
    query: Query,
    candidates: Sequence[Candidate],
    passages: Sequence[Passage],
    lexical: LexicalIndex,
    meets_intent: bool,
) -> Features:
    """The features of a question's candidates among its passages, both best first and not empty."""
    best = candidates[0]
    idf = {term: lexical.idf(term) for term in query.weights}
    total = sum(weight * idf[term] for term, weight in query.weights.items()) or 1.0
    held = best.passage.terms

    def coverage(having: frozenset[str] | set[str]) -> float:
        return sum(weight * idf[term] for term, weight in query.weights.items() if term in having) / total

    missing = [idf[term] for term, weight in query.weights.items() if term not in held and weight == 1.0]
    return Features(
        unit_cosine=max(max(passage.units, default=0.0) for passage in passages),
        passage_cosine=max(passage.dense for passage in passages),
        unit_coverage=coverage(set(best.terms)),
        passage_coverage=coverage(held),
        rarest_missing=max(missing, default=0.0) / lexical.highest_idf,
        numbers_unknown=_share_missing(terms(" ".join(figures(query.asked))), lexical),
        names_missing=_share_missing(terms(" ".join(_NAME.findall(query.asked))), held),
        meets_intent=float(meets_intent),
        bm25=max(passage.lexical for passage in passages) / total,
        passage_margin=passages[0].score - passages[1].score if len(passages) > 1 else 0.0,
        unit_margin=best.score - candidates[1].score if len(candidates) > 1 else 0.0,
        best_cosine=best.cosine,
        best_passage=best.passage.score,
        best_gained=best.gained,
        question_terms=math.log1p(len(query.weights)),
    )


def confidence(found: Features) -> float:
    """The probability, 0…1, that the documents answer."""
    fitted = coefficients()
    logit = fitted["intercept"] + sum(fitted[name] * value for name, value in asdict(found).items())
    return 1 / (1 + math.exp(-logit))


@cache
def coefficients() -> dict[str, float]:
    """As fitted by `python -m citewell.eval.calibrate`, which also says on what."""
    loaded: dict[str, float] = json.loads(COEFFICIENTS.read_text(encoding="utf-8"))["coefficients"]
    return loaded


def _share_missing(wanted: Sequence[str], having: Container[str]) -> float:
    """The share of distinct terms that are missing; 0 when none is wanted."""
    return sum(term not in having for term in set(wanted)) / len(set(wanted)) if wanted else 0.0
