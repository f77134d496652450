"""Broad questions: a request a section, and one that puts the findings together."""

import pytest

from citewell.engine.answer import Question
from citewell.engine.engine import Engine
from citewell.engine.wording.merge import BROKEN, FAILED, LEFT_OUT
from citewell.engine.wording.survey import SECTIONS, is_broad
from citewell.tests.engine.wording.conftest import FAMILY, MASH, Tell
from citewell.tests.engine.wording.endpoint import Behaviour, drops, good, hangs, refuses, reply_of

BROAD = "What is said about early help?"
REQUESTS = "Requests for early help still pass through the MASH."
LIKELY = (
    "Early help, the MASH, assessments, delay in plans for children in care, fostering and recruitment are likely ones."
)
SUPPORTS = "Early help supports a family before it needs a social worker."
SAID = [REQUESTS, LIKELY, SUPPORTS]
DATES = ["14 October 2024", "30 September 2024", "14 October 2024"]  # of their documents: the quotes are of several
SHOWN = [f"{said} ({day})" for said, day in zip(SAID, DATES, strict=True)]
# By section, as the passages come: of the second, a glossary, there is nothing to say.
FINDINGS = [good(([1], REQUESTS)), good(), good(([1], LIKELY)), good(([1], SUPPORTS))]


def test_a_request_a_section_and_one_that_combines(tell: Tell) -> None:
    told = tell(BROAD, *FINDINGS, good(([3], SUPPORTS), ([2], LIKELY), ([1], REQUESTS)), may_say=SHOWN)
    *sections, combined = told.requests
    assert len(sections) == SECTIONS
    assert len({request.asked for request in sections}) == SECTIONS
    assert len({request.messages[0]["content"] for request in sections}) == 1
    assert "You put findings" in combined.messages[0]["content"]
    for number, finding in enumerate(SAID, 1):
        assert f"<passage {number}" in combined.asked
        assert finding in combined.asked
    assert told.written == SHOWN[::-1]
    assert told.answer.note == ""


def test_what_is_put_together_cites_the_documents(tell: Tell) -> None:
    """Not the findings that the model itself wrote: `tell` holds each citation to the stored text."""
    told = tell(BROAD, *FINDINGS, good(([1], REQUESTS), ([2], LIKELY)), may_say=SHOWN)
    by_number = {citation.n: citation for citation in told.answer.citations}
    cited = {s.text: [by_number[n].quote for n in s.citations] for s in told.answer.statements}
    assert any("still pass through the MASH" in quote for quote in cited[SHOWN[0]])
    assert any("are likely ones" in quote for quote in cited[SHOWN[1]])
    assert SHOWN[2] in told.written  # nothing that is put together says it


def test_each_finding_is_told_when_it_is_there(tell: Tell) -> None:
    told = tell(BROAD, *FINDINGS, good(), may_say=SHOWN)
    leads = [[s.text for s in a.statements if s.verified == "supported"] for a in told.answers]
    assert leads[:4] == [[], SHOWN[:1], SHOWN[:2], SHOWN]


def test_a_combination_that_adds_is_withheld(tell: Tell) -> None:
    wrong = "Early help reached 900 families before they needed a social worker."
    told = tell(BROAD, *FINDINGS, good(([1], wrong)), may_say=SHOWN)
    assert (told.written, told.answer.note) == (SHOWN, LEFT_OUT)


def test_few_findings_are_not_combined(tell: Tell) -> None:
    told = tell(BROAD, *FINDINGS[:2], good(), good(), may_say=SHOWN)
    assert (len(told.requests), told.written) == (SECTIONS, SHOWN[:1])


@pytest.mark.parametrize(
    ("behaviours", "written"),
    [
        ([*FINDINGS[:2], refuses(500)], SHOWN[:1]),
        ([*FINDINGS[:2], drops(reply_of(([1], LIKELY))[:-2])], SHOWN[:2]),
        ([*FINDINGS, refuses(429)], SHOWN),
        ([*FINDINGS, drops(reply_of(([1], REQUESTS))[:-2])], SHOWN),
        ([*FINDINGS[:2], hangs()], SHOWN[:1]),
    ],
    ids=["refused", "dropped", "refused at the end", "dropped at the end", "hangs"],
)
def test_a_failure_keeps_what_was_verified(tell: Tell, behaviours: list[Behaviour], written: list[str]) -> None:
    told = tell(BROAD, *behaviours, may_say=SHOWN, seconds=2)
    assert (told.written, told.answer.note) == (written, BROKEN)
    assert len(told.requests) == len(behaviours)
    assert told.seconds < 4


def test_a_failure_at_first_leaves_the_quotes(tell: Tell, engine: Engine) -> None:
    told = tell(BROAD, refuses(500))
    assert told.answer.statements == engine.ask(Question(BROAD)).statements
    assert (told.answer.note, len(told.requests)) == (FAILED, 1)


@pytest.mark.parametrize("question", [FAMILY, MASH, "What does ASYE mean?", "Who said that the hub was unsafe?"])
def test_a_narrow_question(question: str) -> None:
    assert not is_broad(question)


@pytest.mark.parametrize(
    "question",
    [
        BROAD,
        "Summarise the inspection history.",
        "What are the main findings on the MASH?",
        "What does the Commissioner recommend about early help?",
        "Give me an overview of agency staff.",
    ],
)
def test_a_broad_question(question: str) -> None:
    assert is_broad(question)
