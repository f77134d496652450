"""How likely it is that the passages answer: a logistic regression on features that carry over between corpora."""

import json
import math
import re
from collections.abc import Container, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from ..index.lexical import LexicalIndex
from ..index.terms import terms
from .candidates import READ, Candidate
from .draft import Draft
from .rewrite import Query
from .verify import figures

COEFFICIENTS = Path(__file__).with_name("confidence.json")
_NAME = re.compile(r"(?<=[^.?!:–] )[A-Z][\w'’-]*[a-z][\w'’-]*|\b\d+(?:[.,]\d+)*")


@dataclass(frozen=True)
class Features:
    """What the estimate rests on: what the reader says, a cosine, and shares in 0…1, so that they mean the same in any
    corpus. The lead is the first quote of the answer."""

    read: float  # of the best unit, as log odds: whether it answers, read with the question
    read_any: float  # the log odds that any of the first answers, rather than none
    cosine: float  # of the best unit with the question
    passage_coverage: float  # the share of the question's terms, weighted by idf, that the best unit's passage holds
    numbers_unknown: float  # the share of the question's numbers that no chunk of the index has
    names_missing: float  # the share of the question's names and numbers that the best passage lacks
    lead_meets: float  # 1 when the lead holds a thing of the kind asked for


def features(query: Query, candidates: Sequence[Candidate], lexical: LexicalIndex, lead: Draft) -> Features:
    """The features of a question's candidates, best first and not empty; `lead` is the first draft made of them."""
    best = candidates[0]
    held = best.passage.terms
    worth = {term: weight * lexical.idf(term) for term, weight in query.weights.items()}
    return Features(
        read=best.read,
        read_any=_any(candidates[:READ]),
        cosine=best.cosine,
        passage_coverage=sum(value for term, value in worth.items() if term in held) / (sum(worth.values()) or 1.0),
        numbers_unknown=_share_missing(terms(" ".join(figures(query.asked))), lexical),
        names_missing=_share_missing(terms(" ".join(_NAME.findall(query.asked))), held),
        lead_meets=float(query.intent.is_met_by(lead.quote, query.text)),
    )


def _any(first: Sequence[Candidate]) -> float:
    """The log of the summed odds of what was read, as the reader was trained: with the ranking by matching beside it,
    from its mean."""
    matched = [c.score - c.read for c in first]
    mean = sum(matched) / len(matched)
    return math.log(sum(math.exp(c.score - mean) for c in first))


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
