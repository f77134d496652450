"""Which of differently dated sources goes first, and whether readers are told the dates."""

from dataclasses import replace
from datetime import date

import pytest

from citewell.engine.candidates import Candidate, find_candidates
from citewell.engine.compose import compose
from citewell.engine.dates import asks_now, date_matters, long_date, newest_first
from citewell.ingest.chunk import Chunk, chunk_document
from citewell.ingest.document import Block, Document, Metadata
from citewell.tests.engine.conftest import passages_of, query_of

OLD, NEW = date(2023, 5, 1), date(2025, 2, 3)


def found(question: str, *texts: tuple[str, date | None]) -> list[Candidate]:
    """The candidates of documents of one sentence each."""
    chunks: list[Chunk] = []
    for number, (text, published) in enumerate(texts):
        document = Document(
            f"/{number}.txt",
            f"{number}.txt",
            Metadata("Parks", published=published),
            f"{number:064}",
            (Block("text", text),),
        )
        chunks += chunk_document(document)
    alike = [replace(p, dense=0.5, score=0.5, units=(0.5,) * len(p.units)) for p in passages_of(chunks, question)]
    return find_candidates(query_of(question), alike, lambda _: 1.0)


def shown(question: str, *texts: tuple[str, date | None]) -> list[str]:
    chunks = found(question, *texts)
    drafts = compose(chunks, query_of(question), lambda _: 1.0, lambda chunk: [chunk])
    return [f"{draft.text} {draft.note}".strip() for draft in drafts]


def test_differing_figures_are_both_shown_newest_first_with_their_dates() -> None:
    assert shown("How many ducks has the pond?", ("The pond has 30 ducks.", OLD), ("The pond has 42 ducks.", NEW)) == [
        "The pond has 42 ducks. (3 February 2025)",
        "The pond has 30 ducks. (1 May 2023)",
    ]


def test_the_same_figure_needs_no_date() -> None:
    texts = shown("How many ducks has the pond?", ("The pond has 30 ducks.", OLD), ("The pond has 30 ducks.", NEW))
    assert texts == ["The pond has 30 ducks."]


def test_a_question_about_now_is_told_the_date() -> None:
    assert shown("How many ducks has the pond now?", ("The pond has 30 ducks.", OLD)) == [
        "The pond has 30 ducks. (1 May 2023)"
    ]


def test_what_has_no_date_keeps_its_place() -> None:
    question = "How many ducks has the pond?"
    candidates = found(question, ("The pond has 30 ducks.", None), ("The pond has 42 ducks.", NEW))
    assert newest_first(candidates, query_of(question)) == candidates
    assert not date_matters(candidates, query_of(question))


def test_a_much_better_source_stays_first_however_old() -> None:
    question = "How many ducks has the north pond in summer?"
    candidates = found(question, ("The north pond has 30 ducks in summer.", OLD), ("There are 9 wardens.", NEW))
    assert newest_first(candidates, query_of(question))[0].published == OLD.isoformat()


def test_a_source_of_the_year_asked_about_goes_first() -> None:
    for year, text in ((2023, "The pond has 30 ducks."), (2025, "The pond has 42 ducks.")):
        question = f"How many ducks had the pond in {year}?"
        first = found(question, ("The pond has 30 ducks.", OLD), ("The pond has 42 ducks.", NEW))[0]
        assert first.text == text


@pytest.mark.parametrize(
    ("question", "now"),
    [
        ("Who is the warden now?", True),
        ("Who currently feeds the ducks?", True),
        ("What is the latest count?", True),
        ("Who knows the warden?", False),
        ("Who was the warden in 2022?", False),
    ],
)
def test_asks_now(question: str, now: bool) -> None:
    assert asks_now(question) is now


def test_long_date() -> None:
    assert long_date("2024-07-01") == "1 July 2024"
    assert long_date("") == long_date(None) == "undated"
