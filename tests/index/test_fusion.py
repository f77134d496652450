"""Fusion of scores: its bounds, and that more is never worse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citewell.index.fusion import WEIGHTS, fuse, min_max

NUMBERS = st.floats(-1e3, 1e3, allow_nan=False)
TABLES = st.integers(1, 12).flatmap(
    lambda size: st.fixed_dictionaries({name: st.lists(NUMBERS, min_size=size, max_size=size) for name in WEIGHTS})
)


def arrays(table: dict[str, list[float]]) -> dict[str, np.ndarray]:
    return {name: np.array(values) for name, values in table.items()}


def test_weights_are_shares() -> None:
    assert sum(WEIGHTS.values()) == pytest.approx(1)
    assert all(weight > 0 for weight in WEIGHTS.values())


def test_min_max() -> None:
    assert min_max(np.array([2.0, 4.0, 3.0])).tolist() == [0, 1, 0.5]
    assert min_max(np.array([7.0, 7.0])).tolist() == [0, 0]
    assert min_max(np.array([])).size == 0


def test_fuse() -> None:
    scores = {"a": np.array([0.0, 10.0, 5.0]), "b": np.array([3.0, 1.0, 1.0])}
    assert fuse(scores, {"a": 0.75, "b": 0.25}).tolist() == [0.25, 0.75, 0.375]


@given(TABLES)
def test_fused_scores_are_in_0_to_1(table: dict[str, list[float]]) -> None:
    fused = fuse(arrays(table))
    assert fused.shape == (len(table["dense"]),)
    assert np.all((fused >= 0) & (fused <= 1 + 1e-9))


@given(TABLES)
def test_a_candidate_that_is_better_everywhere_is_not_behind(table: dict[str, list[float]]) -> None:
    fused = fuse(arrays(table))
    rows = list(zip(*table.values(), strict=True))
    for i, one in enumerate(rows):
        for j, other in enumerate(rows):
            if all(a >= b for a, b in zip(one, other, strict=True)):
                assert fused[i] >= fused[j] - 1e-9


@given(TABLES, st.floats(0.1, 100), NUMBERS)
def test_the_scale_of_a_score_does_not_matter(table: dict[str, list[float]], factor: float, shift: float) -> None:
    scores = {name: np.round(values, 3) for name, values in arrays(table).items()}
    moved = scores | {"lexical": scores["lexical"] * factor + shift}
    assert np.allclose(fuse(scores), fuse(moved), atol=1e-5)
