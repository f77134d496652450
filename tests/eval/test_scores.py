"""Scores of a suite."""

from dataclasses import replace

import pytest

from citewell.eval.judge import judge
from citewell.eval.metrics import Bin
from citewell.eval.reply import Quote
from citewell.eval.scores import MEASURES, Scores, latency, score
from citewell.tests.eval.replies import ANSWER, ITEM, OUTSIDE, REFUSAL

PAIRS = [
    (ITEM, ANSWER),
    (replace(ITEM, id="second"), replace(REFUSAL, item="second")),
    (OUTSIDE, REFUSAL),
    (replace(OUTSIDE, id="fourth"), replace(ANSWER, quotes=(Quote("x", "y", False),))),
]


@pytest.fixture
def scores() -> Scores:
    return score([judge(item, reply) for item, reply in PAIRS])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("accuracy", 1 / 2),
        ("citation", 1 / 2),
        ("citation_precision", 1),  # the fourth item's quote proves nothing, but nothing could
        ("citation_recall", 2 / 4),
        ("verbatim", 2 / 3),
        ("refusal_precision", 1 / 2),
        ("refusal_recall", 1 / 2),
        ("hit@1", 0),
        ("hit@3", 1 / 2),
        ("recall@3", 1 / 4),  # one of two facts, and nothing of the other item
        ("mrr", 1 / 4),
        ("length", len(ANSWER.text)),
        ("calibration_error", (0.1 + 0.9 - 0.1 + 0.9 - 0.1) / 4),  # 0.9: one of two; 0.1: one of two
    ],
)
def test_a_score(scores: Scores, name: str, value: float) -> None:
    found = scores.overall[name]
    assert found.value == pytest.approx(value, abs=1e-4) if name != "calibration_error" else 0 < found.value < 1
    assert found.low <= found.value <= found.high


def test_calibration_is_of_whether_the_documents_answer(scores: Scores) -> None:
    assert scores.reliability == [Bin(0.1, 0.2, 2, 0.1, 0.5), Bin(0.9, 1.0, 2, 0.9, 0.5)]
    assert scores.overall["calibration_error"].value == pytest.approx(0.4)


def test_categories_count_what_passed(scores: Scores) -> None:
    counts = {name: (category.passed, category.items) for name, category in scores.categories.items()}
    assert counts == {"figure": (1, 2), "unanswerable": (1, 2)}


def test_a_score_that_nothing_speaks_to_is_left_out() -> None:
    assert score([]) == Scores(0, {}, {}, [])
    refused = score([judge(OUTSIDE, REFUSAL)])
    assert set(refused.overall) == {"refusal_precision", "refusal_recall", "calibration_error"}


def test_every_measure_is_a_share(scores: Scores) -> None:
    assert set(MEASURES) <= set(scores.overall)
    assert all(0 <= scores.overall[name].low <= scores.overall[name].high <= 1 for name in MEASURES)


def test_latency() -> None:
    found = latency([10.0] * 94 + [200.0] * 6)
    assert (found["p50"].value, found["p95"].value) == (10, 200)
    assert latency([]) == {}
