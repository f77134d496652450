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
from .candidates import READ, Candidate
from .counting import asks_how_many, counts
from .draft import Draft
from .rewrite import Query
from .verify import figures

COEFFICIENTS = Path(__file__).with_name("confidence.json")
_NAME = re.compile(r"(?<=[^.?!:–] )[A-Z][\w'’-]*[a-z][\w'’-]*|\b\d+(?:[.,]\d+)*")


@dataclass(frozen=True)
class Features:
    """What the estimate rests on: what the reader says, a cosine, shares in 0…1 and what is asked, so that they mean
    the same in any corpus.

    The lead is the first quote of the answer. Coverages are the shares of the question's terms, weighted by idf, that
    a passage holds, or the best unit with its neighbours and headings.
    """

    read: float  # of the best unit, as log odds: whether it answers, read with the question
    read_any: float  # the log odds that any of the first answers, rather than none
    cosine: float  # of the best unit with the question
    bm25: float  # the best of any passage, as a share of the question's total idf
    passage_coverage: float  # of the best unit's passage
    near_coverage: float
    rarest_missing: float  # idf of the rarest term that is not near the best unit, as a share of the highest idf
    numbers_unknown: float  # the share of the question's numbers that no chunk of the index has
    names_missing: float  # the share of the question's names and numbers that the best passage lacks
    lead_meets: float  # 1 when the lead holds a thing of the kind asked for
    lead_meets_name: float  # the same, where a name is asked for
    how_many: float  # 1 when the number of things is asked for …
    lead_counts: float  # … and how surely the lead says a number of them
    wants_figure: float
    wants_name: float
    best_is_row: float
    question_terms: float  # how much is asked, as log(1 + terms)


def features(
    query: Query, candidates: Sequence[Candidate], passages: Sequence[Passage], lexical: LexicalIndex, lead: Draft
) -> Features:
    """The features of a question's candidates among its passages, both best first and not empty; `lead` is the first
    draft made of them."""
    best, intent = candidates[0], query.intent
    idf = {term: lexical.idf(term) for term in query.weights}
    total = sum(weight * idf[term] for term, weight in query.weights.items()) or 1.0
    held, near = best.passage.terms, _near(best)

    def coverage(having: Container[str]) -> float:
        return sum(weight * idf[term] for term, weight in query.weights.items() if term in having) / total

    missing = [idf[term] for term, weight in query.weights.items() if term not in near and weight == 1.0]
    meets = float(intent.is_met_by(lead.quote, query.text))
    thing = asks_how_many(query.asked)
    return Features(
        read=best.read,
        read_any=_any(candidates[:READ]),
        cosine=best.cosine,
        bm25=max(passage.lexical for passage in passages) / total,
        passage_coverage=coverage(held),
        near_coverage=coverage(near),
        rarest_missing=max(missing, default=0.0) / lexical.highest_idf,
        numbers_unknown=_share_missing(terms(" ".join(figures(query.asked))), lexical),
        names_missing=_share_missing(terms(" ".join(_NAME.findall(query.asked))), held),
        lead_meets=meets,
        lead_meets_name=meets * intent.wants_name,
        how_many=float(thing is not None),
        lead_counts=counts(thing, lead.text, " ".join(lead.chunk.header)) if thing else 0.0,
        wants_figure=float(intent.wants_figure),
        wants_name=float(intent.wants_name),
        best_is_row=float(best.unit.kind == "row"),
        question_terms=math.log1p(len(query.weights)),
    )


def _any(first: Sequence[Candidate]) -> float:
    """The log of the summed odds of what was read, as the reader was trained: with the ranking by matching beside it,
    from its mean."""
    matched = [c.score - c.read for c in first]
    mean = sum(matched) / len(matched)
    return math.log(sum(math.exp(c.score - mean) for c in first))


def _near(best: Candidate) -> frozenset[str]:
    """The terms of a unit, of the units beside it, and of what stands over them."""
    chunk = best.passage.chunk
    units = chunk.units[max(0, best.number - 1) : best.number + 2]
    around = chunk.text[units[0].start : units[-1].end]
    return frozenset((*best.terms, *terms(chunk.context), *terms(around)))


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
