"""The scores of a suite: what is measured over its verdicts, each with a 95% confidence interval."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from .judge import Verdict
from .metrics import (
    Bin,
    Floats,
    Rows,
    calibration_error,
    hit_at,
    interval,
    ndcg_at,
    percentile,
    ratio,
    recall_at,
    reciprocal_rank,
    reliability,
)

DEPTHS = (1, 3, 5, 10)  # of hit@k and recall@k
NDCG_DEPTH = 10
DIGITS = 4


@dataclass(frozen=True)
class Score:
    """A value with the ends of its 95% confidence interval, to `DIGITS` digits."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Category:
    """The items of a category, and how many of them passed."""

    items: int
    passed: int
    score: Score


@dataclass(frozen=True)
class Scores:
    """A suite's scores by name, those that nothing speaks to left out; shares are in 0…1, `length` in characters."""

    items: int
    overall: dict[str, Score]
    categories: dict[str, Category]
    reliability: list[Bin]


@dataclass(frozen=True)
class Measure:
    """A ratio of sums over verdicts: of `part` over `whole`."""

    part: Callable[[Verdict], float]
    whole: Callable[[Verdict], float]


def _share(of: Callable[[Verdict], float], part: Callable[[Verdict], float]) -> Measure:
    """The mean of `part` over those verdicts that are `of` a kind."""
    return Measure(lambda v: part(v) if of(v) else 0, of)


def _answerable(v: Verdict) -> bool:
    return v.answerable


def _located(v: Verdict) -> bool:
    """Answerable from known sources: what retrieval is measured on."""
    return v.answerable and v.gains is not None


def _hit(v: Verdict, k: int) -> bool:
    return hit_at(v.gains or (), k)


def _recall(v: Verdict, k: int) -> float:
    return recall_at(v.gains or (), v.facts, k)


MEASURES: dict[str, Measure] = {
    "accuracy": _share(_answerable, lambda v: v.right),
    "citation": _share(_answerable, lambda v: v.passed),
    "citation_precision": Measure(lambda v: v.supporting * v.answerable, lambda v: v.quotes * v.answerable),
    "citation_recall": Measure(lambda v: v.cited, lambda v: v.facts),
    "verbatim": Measure(lambda v: v.verbatim, lambda v: v.quotes),
    "refusal_precision": _share(lambda v: v.refused, lambda v: not v.answerable),
    "refusal_recall": _share(lambda v: not v.answerable, lambda v: v.refused),
    **{f"hit@{k}": _share(_located, partial(_hit, k=k)) for k in DEPTHS},
    **{f"recall@{k}": _share(_located, partial(_recall, k=k)) for k in DEPTHS},
    f"ndcg@{NDCG_DEPTH}": _share(_located, lambda v: ndcg_at(v.gains or (), v.facts, NDCG_DEPTH)),
    "mrr": _share(_located, lambda v: reciprocal_rank(v.gains or ())),
}
PASSED = Measure(lambda v: v.passed, lambda _: 1)


def score(verdicts: Sequence[Verdict]) -> Scores:
    """The scores of a suite from the verdicts on its items."""
    measured = {name: _measured(measure, verdicts) for name, measure in MEASURES.items()}
    measured["calibration_error"] = _calibration(verdicts)
    measured["length"] = percentile_score([v.length for v in verdicts if not v.refused], 50)
    names = sorted({v.category for v in verdicts})
    return Scores(
        items=len(verdicts),
        overall={name: value for name, value in measured.items() if value},
        categories={name: _category([v for v in verdicts if v.category == name]) for name in names},
        reliability=[
            Bin(b.low, b.high, b.count, round(b.estimate, DIGITS), round(b.observed, DIGITS))
            for b in reliability([v.confidence for v in verdicts], [v.answerable for v in verdicts])
        ],
    )


def latency(milliseconds: Sequence[float]) -> dict[str, Score]:
    """The median and the 95th percentile of the time that answers took, in milliseconds; empty without any."""
    found = {f"p{percent}": percentile_score(milliseconds, percent) for percent in (50, 95)}
    return {name: value for name, value in found.items() if value}


def percentile_score(values: Sequence[float], percent: float) -> Score | None:
    """A percentile of the values; None of none."""
    array = np.array(values, dtype=np.float64)
    return _scored(lambda rows: percentile(array[rows], percent), len(values))


def _measured(measure: Measure, verdicts: Iterable[Verdict]) -> Score | None:
    pairs = np.array([(measure.part(v), measure.whole(v)) for v in verdicts], dtype=np.float64).reshape(-1, 2)
    part, whole = pairs[:, 0], pairs[:, 1]
    return _scored(lambda rows: ratio(part[rows], whole[rows]), len(pairs))


def _calibration(verdicts: Sequence[Verdict]) -> Score | None:
    """Of `confidence`, which estimates whether the documents answer."""
    estimates = np.array([v.confidence for v in verdicts], dtype=np.float64)
    truths = np.array([v.answerable for v in verdicts], dtype=np.float64)
    return _scored(lambda rows: calibration_error(estimates[rows], truths[rows]), len(verdicts))


def _category(verdicts: Sequence[Verdict]) -> Category:
    measured = _measured(PASSED, verdicts)
    assert measured, "a category is that of an item"
    return Category(len(verdicts), sum(v.passed for v in verdicts), measured)


def _scored(statistic: Callable[[Rows], Floats], size: int) -> Score | None:
    """The statistic over all items as they are, with its interval; None when there is nothing to measure."""
    if not size:
        return None
    value = float(statistic(np.arange(size)))
    if math.isnan(value):
        return None
    return Score(*(round(number, DIGITS) for number in (value, *interval(statistic, size))))
