"""What commands show to a person."""

from dataclasses import replace

import pytest

from citewell.engine.answer import Answer, Citation, Statement
from citewell.terminal import COMPOSED, show_answer

CITATION = Citation(1, "d", "rates.md", "Rates", "2024-10-07", "Cover", "Cover costs 12 pounds.", 0, 22)
COMPOSED_SENTENCE = Statement("It is 12 pounds.", (1,), "supported")
QUOTE = Statement("Cover costs 12 pounds.", (1,))
ANSWER = Answer("q1", "What is it?", "answered", (QUOTE,), (CITATION,), (), 0.9)


def shown(capsys: pytest.CaptureFixture[str], answer: Answer) -> list[str]:
    """The lines that are shown above the sources."""
    show_answer(answer)
    return capsys.readouterr().out.partition("\n\n[1] ")[0].splitlines()


def test_quotes_stand_below_a_model_s_sentences_and_notes_below_both(capsys: pytest.CaptureFixture[str]) -> None:
    answer = replace(
        ANSWER, statements=(COMPOSED_SENTENCE, QUOTE), answers="llm", note="One [bold]sentence is withheld."
    )
    assert shown(capsys, answer) == [
        "It is 12 pounds. [1]",
        "",
        "In the documents’ own words:",
        "Cover costs 12 pounds. [1]",
        f"{COMPOSED} One [bold]sentence is withheld.",
    ]


def test_one_kind_alone_needs_no_label(capsys: pytest.CaptureFixture[str]) -> None:
    assert shown(capsys, ANSWER) == ["Cover costs 12 pounds. [1]"]
    composed = replace(ANSWER, statements=(COMPOSED_SENTENCE,), answers="llm")
    assert shown(capsys, composed) == ["It is 12 pounds. [1]", COMPOSED]
