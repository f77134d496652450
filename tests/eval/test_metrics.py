"""Verdicts and scores."""

from dataclasses import replace

import pytest

from citewell.eval.dataset import Item
from citewell.eval.metrics import judge, percentile, score, share
from citewell.eval.reply import Quote, Reply, Retrieved

ITEM = Item(
    id="agency",
    category="figure",
    question="What is the agency share?",
    answerable=True,
    facts=(("37.7%",), ("September 2024", "last autumn")),
    sources=("briefing.md",),
    must_not=("67.2%",),
)
OUTSIDE = Item(id="outside", category="unanswerable", question="Who won?", answerable=False)
ANSWER = Reply(
    item="agency",
    status="answered",
    text="It was 37.7 per cent on 3 September 2024.",
    quotes=(Quote("briefing.md", "37.7%", True), Quote("briefing.md", "3 September 2024", True)),
    passages=(Retrieved("other.md", "37.7%"), Retrieved("briefing.md", "Agency: 37.7%")),
    confidence=0.9,
    ms=12.0,
)
REFUSAL = Reply("outside", "not_found", "", (), (), 0.1, 9.0)


def test_a_right_answer() -> None:
    verdict = judge(ITEM, ANSWER)
    assert verdict.right and verdict.cited and not verdict.refused
    assert (verdict.rank, verdict.quotes, verdict.verbatim) == (2, 2, 2)


def test_partial_counts_when_it_holds_every_fact() -> None:
    assert judge(ITEM, replace(ANSWER, status="partial")).right


def test_a_fact_that_is_missing() -> None:
    verdict = judge(ITEM, replace(ANSWER, text="It was 37.7 per cent."))
    assert not verdict.right
    assert verdict.missing == ("September 2024",)


def test_a_phrase_that_must_not_be_said() -> None:
    verdict = judge(ITEM, replace(ANSWER, text=ANSWER.text + " Elsewhere 67.20%."))
    assert not verdict.right
    assert verdict.forbidden == ("67.2%",)


def test_the_right_words_in_a_refusal_are_not_right() -> None:
    assert not judge(ITEM, replace(ANSWER, status="not_found")).right


@pytest.mark.parametrize(
    "quotes",
    [
        (),
        ANSWER.quotes[:1],
        (Quote("briefing.md", "37.7%", False), ANSWER.quotes[1]),
        (Quote("other.md", "37.7%", True), ANSWER.quotes[1]),
    ],
    ids=["none", "one fact uncited", "not verbatim", "another document"],
)
def test_a_citation_that_does_not_prove(quotes: tuple[Quote, ...]) -> None:
    verdict = judge(ITEM, replace(ANSWER, quotes=quotes))
    assert verdict.right
    assert not verdict.cited


def test_without_sources_any_document_proves() -> None:
    assert judge(replace(ITEM, sources=()), replace(ANSWER, quotes=(Quote("x", "37.7%, September 2024", True),))).cited


def test_a_refusal_is_right_only_for_what_is_not_answerable() -> None:
    assert judge(OUTSIDE, REFUSAL).right
    assert not judge(OUTSIDE, replace(ANSWER, item="outside")).right
    assert not judge(ITEM, REFUSAL).right


@pytest.mark.parametrize("item", [ITEM, OUTSIDE])
def test_a_failed_question_is_neither_right_nor_a_refusal(item: Item) -> None:
    verdict = judge(item, Reply.failed(item.id, "the model does not answer"))
    assert not verdict.right
    assert not verdict.refused


def test_scores() -> None:
    items = [ITEM, replace(ITEM, id="second"), OUTSIDE, replace(OUTSIDE, id="fourth")]
    replies = [
        ANSWER,
        replace(REFUSAL, item="second"),
        REFUSAL,
        replace(ANSWER, item="fourth", quotes=(Quote("x", "y", False),)),
    ]
    scores = score(items, [judge(item, reply) for item, reply in zip(items, replies, strict=True)])
    assert (scores.items, scores.accuracy, scores.citation) == (4, 0.5, 0.5)
    assert (scores.refusal_precision, scores.refusal_recall) == (0.5, 0.5)
    assert scores.verbatim == pytest.approx(2 / 3)
    assert scores.hit == {1: 0.0, 3: 0.5, 5: 0.5, 10: 0.5}
    assert scores.mrr == 0.25
    assert scores.length == len(ANSWER.text)
    assert scores.categories == {"figure": (1, 2), "unanswerable": (1, 2)}


def test_scores_of_nothing() -> None:
    scores = score([], [])
    assert (scores.items, scores.accuracy, scores.verbatim, scores.refusal_precision, scores.mrr) == (0, 0, 1, 1, 0)


def test_percentiles_are_nearest_rank() -> None:
    times = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert [percentile(times, percent) for percent in (0, 20, 50, 95, 100)] == [1, 1, 3, 5, 5]
    assert percentile([], 50) == 0


def test_share() -> None:
    assert share([True, False]) == 0.5
    assert share([], empty=1.0) == 1.0
