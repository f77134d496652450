"""Measures of retrieval, answers and confidence, as pure functions over plain numbers.

Retrieval is measured by *gains*: for each rank, how many of the wanted facts stand in that passage and in none before.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]

RESAMPLES = 1000
LEVEL = 95  # per cent of the resamples that an interval holds
BINS = 10  # of equal width, for calibration


def hit_at(gains: Sequence[int], k: int) -> bool:
    """Whether any of the first k passages is relevant."""
    return any(gains[:k])


def recall_at(gains: Sequence[int], wanted: int, k: int) -> float:
    """The share of the wanted facts that the first k passages hold (Manning, Raghavan, Schütze: Introduction to
    Information Retrieval, 2008, section 8.3, with facts in place of documents)."""
    return sum(gains[:k]) / wanted


def reciprocal_rank(gains: Sequence[int]) -> float:
    """One over the rank of the first relevant passage, 0 without one; its mean is MRR (Voorhees: TREC-8, 1999)."""
    return next((1 / rank for rank, gain in enumerate(gains, 1) if gain), 0.0)


def ndcg_at(gains: Sequence[int], wanted: int, k: int) -> float:
    """Discounted gain over that of the best order, in 0…1 (Järvelin and Kekäläinen: ACM TOIS 20(4), 2002).

    A fact gains once only, as with α = 1 in α-nDCG (Clarke et al.: SIGIR 2008). The best order is that of the passages
    found, followed by one passage for each fact that none of them holds.
    """
    best = sorted([*gains, *[1] * (wanted - sum(gains))], reverse=True)
    return _discounted(gains[:k]) / _discounted(best[:k])


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))


@dataclass(frozen=True)
class Bin:
    """Estimates between `low` and `high`: how many, their mean, and the share of them that came true."""

    low: float
    high: float
    count: int
    estimate: float
    observed: float


def reliability(estimates: Sequence[float], truths: Sequence[bool]) -> list[Bin]:
    """The reliability diagram's bins; empty ones are left out (Niculescu-Mizil and Caruana: ICML 2005)."""
    bins, numbers = [], _bins(np.array(estimates, dtype=np.float64))
    for number in range(BINS):
        held = [(e, t) for e, t, own in zip(estimates, truths, numbers, strict=True) if own == number]
        if held:
            mean, share = (sum(values) / len(held) for values in zip(*held, strict=True))
            bins.append(Bin(number / BINS, (number + 1) / BINS, len(held), mean, share))
    return bins


def calibration_error(estimates: Floats, truths: Floats) -> Floats:
    """The expected calibration error, in 0…1: how far estimates and truth part, averaged over bins by their size
    (Naeini, Cooper, Hauskrecht: AAAI 2015).

    Args:
        estimates, truths: shape (…, questions); truths are 0 or 1.

    Returns:
        Shape (…).
    """
    bins = _bins(estimates)
    gaps = [np.abs(np.where(bins == number, truths - estimates, 0).sum(axis=-1)) for number in range(BINS)]
    return np.asarray(np.sum(gaps, axis=0) / estimates.shape[-1])


def _bins(estimates: Floats) -> Rows:
    """The number of each estimate's bin; the last one holds 1 as well."""
    return np.minimum((estimates * BINS).astype(np.intp), BINS - 1)


def percentile(values: Floats, percent: float) -> Floats:
    """The nearest-rank percentile along the last axis: the least value that `percent` of all do not exceed."""
    return np.asarray(np.percentile(values, percent, axis=-1, method="inverted_cdf"))


def ratio(part: Floats, whole: Floats) -> Floats:
    """The sum of the parts over that of the wholes, along the last axis; NaN where there is nothing."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(part.sum(axis=-1) / whole.sum(axis=-1))


def interval(statistic: Callable[[Rows], Floats], size: int) -> tuple[float, float]:
    """The percentile bootstrap's confidence interval, the same at every call (Efron and Tibshirani: An Introduction to
    the Bootstrap, 1993, chapter 13).

    Args:
        statistic: gives, for resampled indices of shape (resamples, size), values of shape (resamples,).
        size: how many items there are, at least one.
    """
    rows = np.random.default_rng(0).integers(0, size, (RESAMPLES, size))
    tail = (100 - LEVEL) / 2
    low, high = np.nanpercentile(statistic(rows), [tail, 100 - tail])
    return float(low), float(high)


def mcnemar(gained: int, lost: int) -> float:
    """The two-sided p-value of McNemar's exact test: how likely pairs that parted this unevenly are by chance alone
    (McNemar: Psychometrika 12, 1947; exact form: Fagerland, Lydersen, Laake: BMC Med Res Methodol 13:91, 2013)."""
    parted = gained + lost
    return float(binomtest(min(gained, lost), parted, 0.5).pvalue) if parted else 1.0
