"""Measures against values worked out by hand, and against other implementations."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score

from citewell.eval.metrics import (
    Bin,
    calibration_error,
    hit_at,
    interval,
    mcnemar,
    ndcg_at,
    percentile,
    ratio,
    recall_at,
    reciprocal_rank,
    reliability,
)

GAINS = st.lists(st.integers(0, 3), min_size=2, max_size=12)


def array(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def test_hit() -> None:
    assert [hit_at((0, 0, 1), k) for k in (1, 2, 3, 10)] == [False, False, True, True]
    assert not hit_at((), 5)


def test_recall_is_the_share_of_facts_so_far() -> None:
    assert [recall_at((1, 0, 2), 4, k) for k in (1, 2, 3, 10)] == [0.25, 0.25, 0.75, 0.75]


@pytest.mark.parametrize(("gains", "expected"), [((1, 1), 1), ((0, 0, 2), 1 / 3), ((0, 0), 0), ((), 0)])
def test_reciprocal_rank(gains: tuple[int, ...], expected: float) -> None:
    assert reciprocal_rank(gains) == expected


def test_ndcg_of_one_fact_is_that_of_its_rank() -> None:
    assert ndcg_at((1, 0, 0), 1, 10) == 1
    assert ndcg_at((0, 0, 1), 1, 10) == pytest.approx(1 / math.log2(4))
    assert ndcg_at((0, 0, 1), 1, 2) == 0
    assert ndcg_at((), 1, 10) == 0


def test_a_fact_that_is_not_found_costs() -> None:
    assert ndcg_at((1, 0), 2, 10) == pytest.approx(1 / (1 + 1 / math.log2(3)))


@given(GAINS.filter(any))
def test_ndcg_is_that_of_scikit_learn(gains: list[int]) -> None:
    order = np.arange(len(gains), 0, -1)
    assert ndcg_at(gains, sum(gains), 10) == pytest.approx(ndcg_score([gains], [order], k=10))


@given(GAINS, st.integers(1, 12))
def test_retrieval_measures_are_shares(gains: list[int], k: int) -> None:
    wanted = sum(gains) + 1
    for value in (recall_at(gains, wanted, k), reciprocal_rank(gains), ndcg_at(gains, wanted, k)):
        assert 0 <= value <= 1


def test_reliability() -> None:
    bins = reliability([0.02, 0.08, 0.95, 1.0], [False, True, True, True])
    assert bins == [Bin(0.0, 0.1, 2, 0.05, 0.5), Bin(0.9, 1.0, 2, 0.975, 1.0)]


def test_calibration_error_is_the_mean_gap_of_the_bins() -> None:
    estimates, truths = array(0.02, 0.08, 0.95, 1.0), array(0, 1, 1, 1)
    assert calibration_error(estimates, truths) == pytest.approx((2 * 0.45 + 2 * 0.025) / 4)
    assert calibration_error(array(0, 0, 1), array(0, 0, 1)) == 0
    assert calibration_error(array(1, 1), array(0, 0)) == 1


def test_calibration_error_of_many_at_once() -> None:
    estimates, truths = np.array([[0.2, 0.9], [0.9, 0.9]]), np.array([[0.0, 1.0], [1.0, 1.0]])
    assert calibration_error(estimates, truths) == pytest.approx([(0.2 + 0.1) / 2, 0.1])


def test_percentiles_are_nearest_rank() -> None:
    times = array(5, 1, 4, 2, 3)
    assert [float(percentile(times, percent)) for percent in (0, 20, 50, 95, 100)] == [1, 1, 3, 5, 5]


def test_ratio_of_nothing_is_not_a_number() -> None:
    assert ratio(array(1, 0, 1), array(1, 1, 1)) == pytest.approx(2 / 3)
    assert math.isnan(ratio(array(0), array(0)))


def test_an_interval_holds_the_value_and_is_always_the_same() -> None:
    values = np.repeat([1.0, 0.0], [70, 30])
    low, high = interval(lambda rows: values[rows].mean(axis=-1), 100)
    assert (low, high) == interval(lambda rows: values[rows].mean(axis=-1), 100)
    assert low == pytest.approx(0.7 - 1.96 * math.sqrt(0.7 * 0.3 / 100), abs=0.02)  # as the normal approximation says
    assert high == pytest.approx(0.7 + 1.96 * math.sqrt(0.7 * 0.3 / 100), abs=0.02)


def test_an_interval_passes_over_resamples_that_say_nothing() -> None:
    part, whole = array(1, 0, 0), array(1, 0, 0)
    assert interval(lambda rows: ratio(part[rows], whole[rows]), 3) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("gained", "lost", "p"), [(0, 0, 1.0), (5, 5, 1.0), (0, 1, 1.0), (0, 6, 2 / 64), (6, 0, 2 / 64), (1, 8, 20 / 512)]
)
def test_mcnemar(gained: int, lost: int, p: float) -> None:
    assert mcnemar(gained, lost) == pytest.approx(p)
