"""A figure of another year or place is not offered."""

import pytest

from citewell.engine.answer import Question
from citewell.engine.engine import Engine
from citewell.engine.qualifiers import qualifiers, speaking_of
from citewell.ingest.document import Block
from citewell.tests.engine.conftest import candidates_of, chunks_of


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What was the rate in 2019?", ["2019"]),
        ("What is the population of Duckford?", ["duckford"]),
        ("What is Duckford's agency rate?", ["duckford"]),
        ("rate across Greater Duckford in 2020", ["2020", "duckford", "greater"]),
        ("What did Ofsted say about the ponds?", []),
        ("What is the rate for social workers?", []),
        ("How many parks are there in Hometown?", []),
    ],
)
def test_what_a_question_is_limited_to(question: str, expected: list[str]) -> None:
    idf = {"hometown": 0.1}
    assert sorted(qualifiers(question, lambda term: idf.get(term, 3.0))) == expected


def test_figures_of_others_are_dropped_and_words_are_kept() -> None:
    chunks = chunks_of(
        Block("heading", "Ponds in 2019", level=2),
        Block("text", "There were 40 ducks.", headings=("Ponds in 2019",)),
        Block("heading", "Ponds", level=2),
        Block("text", "There are 50 ducks. Ducks like ponds.", headings=("Ponds",)),
    )
    candidates = candidates_of(chunks, "How many ducks were there in 2019?")
    kept = [candidate.text for candidate in speaking_of(candidates, frozenset(["2019"]))]
    assert sorted(kept) == ["Ducks like ponds.", "There were 40 ducks."]


@pytest.mark.parametrize(
    "question",
    [
        "What was the agency rate for social workers in 2019?",
        "What is Stockport's agency rate for social workers?",
        "What percentage of social workers are agency staff in Rochdale?",
    ],
)
def test_a_figure_of_another_year_or_council_is_no_answer(engine: Engine, question: str) -> None:
    answer = engine.ask(Question(question))
    assert not any("37.7" in statement.text for statement in answer.statements)
    assert answer.status == "not_found"


def test_the_year_of_the_document_counts(engine: Engine) -> None:
    answer = engine.ask(Question("What was the agency rate for social workers in 2024?"))
    assert "37.7%" in answer.text
