"""Whether a sentence of a model is shown, and what it is said to rest on."""

from dataclasses import replace

import pytest

from citewell.engine.answer import Dropped
from citewell.engine.wording.excerpts import Excerpt
from citewell.engine.wording.judge import (
    LEAST_ENTAILED,
    LEAST_MEANING,
    LEAST_RELEVANCE,
    Asked,
    Judge,
    Written,
    without_verdict,
)
from citewell.engine.wording.reply import LONGEST, Sentence
from citewell.tests.engine.wording.test_support import FEES, STAFF, excerpts_in

QUESTION = "How many social workers are there?"
PASSAGES = [*excerpts_in(f"# Staff\n{STAFF}"), *excerpts_in(f"# Fees\n{FEES}")]
HOLDS = "Elmford had 17 social workers."


def near(said: float = 1.0, asked: float = 1.0) -> Judge:
    """A judge for whom a sentence is so near to what it rests on, and so near to the question."""
    return Judge(lambda _, other: asked if other == QUESTION else said)


def reason(text: str, judge: Judge | None = None, passages: tuple[int, ...] = (1,)) -> str:
    judged = (judge or near()).judge(Sentence(text, passages), PASSAGES, Asked(QUESTION))
    return judged.reason if isinstance(judged, Dropped) else ""


def test_what_holds_is_shown_with_what_it_rests_on() -> None:
    judged = near().judge(Sentence(HOLDS, (1,)), PASSAGES, Asked(QUESTION))
    assert isinstance(judged, Written)
    assert judged.text == HOLDS
    assert [run.texts for run in judged.runs] == [[f"{STAFF.split('. ')[0]}."]]


def test_a_wrong_passage_is_put_right() -> None:
    judged = near().judge(Sentence(HOLDS, (2,)), PASSAGES, Asked(QUESTION))
    assert isinstance(judged, Written)
    assert [run.excerpt for run in judged.runs] == PASSAGES[:1]


def test_what_is_dropped_tells_the_passages_that_it_named() -> None:
    judged = near().judge(Sentence("Elmford had 18 social workers.", (2, 1)), PASSAGES, Asked(QUESTION))
    assert judged == Dropped("Elmford had 18 social workers.", "not in the passage: 18", (2, 1))


@pytest.mark.parametrize("verdict", ["Yes, ", "No: ", "yes. "])
def test_a_verdict_is_not_shown(verdict: str) -> None:
    judged = near().judge(Sentence(f"{verdict}{HOLDS}", (1,)), PASSAGES, Asked(QUESTION))
    assert isinstance(judged, Written)
    assert judged.text == HOLDS


@pytest.mark.parametrize("text", ["Yes", "No.", "No child was placed.", "Nobody came, yes or no."])
def test_what_is_no_verdict_stays(text: str) -> None:
    assert without_verdict(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Elmford had 17 social workers", "is no whole sentence"),
        ("Elmford had 17 social workers,", "is no whole sentence"),
        (f"{HOLDS} " * (LONGEST // len(HOLDS) + 1) + HOLDS, "rambles"),
        ("We had 17 social workers.", "speaks as a document does"),
        ("Our team manager is Ann Reed.", "speaks as a document does"),
        (HOLDS, ""),
        ("The team manager is Ann Reed!", ""),
        ("The service is 'Good'.", "does not say of what"),
        ("It was closed.", "does not say of what"),
    ],
)
def test_the_form_of_a_sentence(text: str, expected: str) -> None:
    assert reason(text) == expected


def test_without_a_passage() -> None:
    assert reason(HOLDS, passages=()) == "cites no passage"


@pytest.mark.parametrize(
    ("judge", "expected"),
    [
        (near(said=LEAST_MEANING), ""),
        (near(said=LEAST_MEANING - 0.01), "means something else than the passage"),
        (near(asked=LEAST_RELEVANCE), ""),
        (near(asked=LEAST_RELEVANCE - 0.01), "is beside the question"),
        (replace(near(), entailment=lambda _one, _other: LEAST_ENTAILED), ""),
        (replace(near(), entailment=lambda _one, _other: LEAST_ENTAILED - 0.01), "does not follow from the passage"),
    ],
)
def test_models_have_the_last_word(judge: Judge, expected: str) -> None:
    assert reason(HOLDS, judge) == expected


def test_entailment_is_of_the_sentence_by_the_passage() -> None:
    asked: list[tuple[str, str]] = []
    judge = replace(near(), entailment=lambda said, text: float(not asked.append((said, text))))
    assert reason(HOLDS, judge) == ""
    assert asked == [(f"{STAFF.split('. ')[0]}.", HOLDS)]


def test_sources_of_different_dates_are_not_blended() -> None:
    """In one sentence; each may be told of its own."""

    def of(excerpt: Excerpt, date: str) -> Excerpt:
        return Excerpt(tuple(replace(piece, chunk=replace(piece.chunk, published=date)) for piece in excerpt.pieces))

    both = "The team manager is Ann Reed, and the head of service is Tom Hill, and fees rose by 4% from 1 April 2023."
    same = [of(passage, "2024-01-01") for passage in PASSAGES]
    assert isinstance(near().judge(Sentence(both, (1, 2)), same, Asked(QUESTION)), Written)
    judged = near().judge(Sentence(both, (1, 2)), [same[0], of(PASSAGES[1], "2022-01-01")], Asked(QUESTION))
    assert isinstance(judged, Dropped)
    assert judged.reason == "blends sources of different dates"
