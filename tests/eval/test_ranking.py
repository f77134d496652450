"""Fitting the ranking of units."""

import numpy as np
import pytest

from citewell.eval.ranking import Listed, fit_ranking


def lists(count: int, telling: int, seed: int) -> list[Listed]:
    """Questions of six units and three signals, of which one tells the unit that answers."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        x = rng.random((6, 3))
        y = np.zeros(6)
        y[x[:, telling].argmax()] = 1.0
        made.append((x, y))
    return made


def test_the_signal_that_tells_weighs_most() -> None:
    weights = fit_ranking([lists(40, telling=1, seed=0)], [1.0])
    assert weights.shape == (3,)
    assert weights[1] > 5 * max(abs(weights[0]), abs(weights[2]))


def test_each_group_has_its_share() -> None:
    few, many = lists(10, telling=0, seed=1), lists(100, telling=2, seed=2)
    even, mostly = fit_ranking([few, many], [1.0, 1.0]), fit_ranking([few, many], [0.05, 1.0])
    assert even[0] / even[2] > 2 * mostly[0] / mostly[2]


def test_that_one_of_several_answers_is_chosen_is_enough() -> None:
    x = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]])
    both = [(x, np.array([1.0, 1.0, 0.0]))] * 5
    first = [(x, np.array([1.0, 0.0, 0.0]))] * 20
    weights = fit_ranking([both, first], [1.0, 1.0])
    assert weights[0] > 0 > weights[1] - 0.5


def test_a_list_without_an_answer_says_nothing() -> None:
    told = lists(20, telling=1, seed=3)
    silent = [(np.ones((4, 3)), np.zeros(4))]
    assert fit_ranking([told], [1.0]) == pytest.approx(fit_ranking([told + silent * 20], [1.0]), rel=0.2)
