"""Verdicts."""

from dataclasses import replace

import pytest

from citewell.eval.dataset import Item
from citewell.eval.judge import judge
from citewell.eval.reply import Quote, Reply, Retrieved
from citewell.tests.eval.replies import ANSWER, ITEM, OUTSIDE, REFUSAL


def test_a_right_answer() -> None:
    verdict = judge(ITEM, ANSWER)
    assert verdict.right and verdict.passed and not verdict.refused
    assert (verdict.facts, verdict.cited, verdict.quotes, verdict.verbatim, verdict.supporting) == (2, 2, 2, 2, 2)


def test_a_passage_gains_the_facts_that_none_before_it_holds() -> None:
    passages = ("nothing", "37.7%", "37.7% in September 2024", "September 2024")
    reply = replace(ANSWER, passages=tuple(Retrieved("briefing.md", text) for text in passages))
    assert judge(ITEM, reply).gains == (0, 1, 1, 0)
    assert judge(ITEM, ANSWER).gains == (0, 1)  # another document's passage gains nothing
    assert judge(ITEM, replace(ANSWER, passages=())).gains == ()
    assert judge(replace(ITEM, sources=()), ANSWER).gains is None


def test_what_a_passage_counts_for_can_be_said() -> None:
    assert judge(ITEM, ANSWER, lambda *_: frozenset({0})).gains == (1, 0)


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
    ("quotes", "supporting"),
    [
        ((), 0),
        (ANSWER.quotes[:1], 1),
        ((Quote("briefing.md", "37.7%", False), ANSWER.quotes[1]), 1),
        ((Quote("other.md", "37.7%", True), ANSWER.quotes[1]), 1),
        ((*ANSWER.quotes[:1], Quote("briefing.md", "beside the point", True)), 1),
    ],
    ids=["none", "one fact uncited", "not verbatim", "another document", "beside the point"],
)
def test_a_citation_that_does_not_prove(quotes: tuple[Quote, ...], supporting: int) -> None:
    verdict = judge(ITEM, replace(ANSWER, quotes=quotes))
    assert verdict.right
    assert not verdict.passed
    assert verdict.supporting == supporting


def test_without_sources_any_document_proves() -> None:
    quote = Quote("x", "37.7%, September 2024", True)
    assert judge(replace(ITEM, sources=()), replace(ANSWER, quotes=(quote,))).passed


def test_a_refusal_is_right_only_for_what_is_not_answerable() -> None:
    assert judge(OUTSIDE, REFUSAL).passed
    assert not judge(OUTSIDE, replace(ANSWER, item="outside")).right
    assert not judge(ITEM, REFUSAL).right


@pytest.mark.parametrize("item", [ITEM, OUTSIDE])
def test_a_failed_question_is_neither_right_nor_a_refusal(item: Item) -> None:
    verdict = judge(item, Reply.failed(item, "the model does not answer"))
    assert not verdict.passed
    assert not verdict.refused
