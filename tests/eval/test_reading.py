"""The reading benchmark, and what calibration makes of it."""

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest

from citewell.engine.confidence import Features
from citewell.errors import InputError
from citewell.eval.calibrate import auc, fit, is_held_out
from citewell.eval.reading import ReadingQuestion, fold, holds_answer, load_reading, paragraph_rank
from citewell.index.passage import Passage
from citewell.ingest.chunk import chunk_document
from citewell.ingest.read import read_document

PARAGRAPHS = [
    "Mallards stay on the North pond all year. Wardens feed them in winter.",
    "Teals leave the South pond in spring and come back in autumn.",
]
RECORDS = [
    {"id": "a", "question": "When do teals leave?", "kind": "answerable", "document": "ponds.txt", "paragraph": 1,
     "answers": ["in spring", "spring"]},
    {"id": "b", "question": "When do teals sing?", "kind": "near_miss"},
    {"id": "c", "question": "What is tax?", "kind": "outside"},
]  # fmt: skip


@pytest.fixture
def benchmark(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "ponds.txt").write_text("\n\n".join(["Ponds", *PARAGRAPHS]) + "\n", encoding="utf-8")
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, RECORDS)) + "\n", encoding="utf-8")
    return tmp_path


def test_load(benchmark: Path) -> None:
    assert load_reading(benchmark) == [
        ReadingQuestion("a", "When do teals leave?", "answerable", "ponds.txt", PARAGRAPHS[1], ("in spring", "spring")),
        ReadingQuestion("b", "When do teals sing?", "near_miss"),
        ReadingQuestion("c", "What is tax?", "outside"),
    ]


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"questions\.jsonl: no such file; give a folder with questions"):
        load_reading(tmp_path)


@pytest.mark.parametrize(
    ("text", "holds"),
    [("They leave in\n SPRING.", True), ("offspring", True), ("In autumn.", False), ("", False)],
)
def test_holds_answer(text: str, holds: bool) -> None:
    assert holds_answer(text, ("in spring", "spring")) is holds


def test_no_answer_is_held_when_there_is_none() -> None:
    assert not holds_answer("anything", ())


def test_fold() -> None:
    assert fold("  The\n\tNorth  POND ") == "the north pond"


def test_paragraph_rank(benchmark: Path) -> None:
    question = load_reading(benchmark)[0]
    [chunk] = chunk_document(read_document(benchmark / "docs" / "ponds.txt"))
    [*_, last] = units = chunk.units
    parts = [replace(chunk, units=tuple(units[:-1])), replace(chunk, units=(last,))]
    other = replace(parts[1], document="other.txt")
    passages = [Passage(part, 0, 0, (), 0, rank) for rank, part in enumerate([parts[0], other, parts[1]], 1)]
    assert paragraph_rank(question, passages) == 3
    assert paragraph_rank(question, passages[:2]) is None
    assert paragraph_rank(question, []) is None


# Calibration

NOTHING = Features(**{field.name: 0.0 for field in fields(Features)})


def test_fit_finds_the_feature_that_tells() -> None:
    labelled = [(replace(NOTHING, passage_cosine=n / 20, bm25=n % 2), n >= 10) for n in range(20)]
    coefficients = fit([labelled])
    assert set(coefficients) == {"intercept", *(field.name for field in fields(Features))}
    assert coefficients["passage_cosine"] > 1 > abs(coefficients["bm25"])
    assert coefficients["intercept"] < 0
    assert auc(coefficients, labelled) == 1
    assert auc({name: -value for name, value in coefficients.items()}, labelled) == 0


def test_each_group_counts_the_same() -> None:
    low = [(replace(NOTHING, bm25=n % 2), False) for n in range(100)]
    high = [(replace(NOTHING, bm25=n % 2), True) for n in range(10)]
    assert fit([low, high])["intercept"] == pytest.approx(0, abs=0.05)
    assert fit([[*low, *high]])["intercept"] < -2


def test_half_is_held_out_by_identity() -> None:
    held = [is_held_out(f"question-{n}") for n in range(1000)]
    assert 450 < sum(held) < 550
    assert held == [is_held_out(f"question-{n}") for n in range(1000)]
