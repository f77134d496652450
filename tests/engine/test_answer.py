"""What goes into the engine, and the shape of what comes out."""

import pytest

from citewell.engine.answer import MAX_QUESTION_LENGTH, Answer, Citation, Question, Statement, clean_question
from citewell.errors import InputError

CITATION = Citation(1, "id", "a.txt", "A", None, "Ponds", "Ducks swim.", 4, 15)
ANSWER = Answer(
    id="7",
    question="What do ducks do?",
    status="answered",
    statements=(Statement("Ducks swim.", (1,)), Statement("They eat.", (1, 2))),
    citations=(CITATION,),
    passages=(),
    confidence=0.123456,
    index="abc",
    ms={"total": 1.2345},
)


def test_a_record_becomes_a_question() -> None:
    record = {"id": 7, "question": " How\n many  ducks? ", "turns": ["Ponds?"], "filters": {"document": "a.txt"}}
    assert Question.parse(record) == Question("How many ducks?", "7", ("Ponds?",), {"document": "a.txt"})
    assert Question.parse({"question": "Why?"}) == Question("Why?")
    assert Question.parse({"question": "Why?", "turns": None, "filters": None}) == Question("Why?")


@pytest.mark.parametrize(
    ("record", "fault"),
    [
        ("Why?", "question: not an object"),
        ({}, "question: missing, or not text"),
        ({"question": 7}, "question: missing, or not text"),
        ({"question": ""}, "question: empty"),
        ({"question": "?! …"}, "question: empty"),
        ({"question": "Why?", "nosuch": 1}, "question: unknown key 'nosuch'; use id, question, turns, filters"),
        ({"question": "Why?", "turns": "Ponds?"}, "turns: not a list of texts"),
        ({"question": "Why?", "turns": [1]}, "turns: not a list of texts"),
        ({"question": "Why?", "filters": ["a"]}, "filters: not an object of texts"),
        ({"question": "Why?", "filters": {"document": 1}}, "filters: not an object of texts"),
    ],
    ids=str,
)
def test_bad_records(record: object, fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        Question.parse(record)


def test_the_longest_question() -> None:
    assert len(clean_question("a" * MAX_QUESTION_LENGTH)) == MAX_QUESTION_LENGTH
    with pytest.raises(InputError, match=r"question: 10,000 characters long; shorten it to 2,000 or fewer"):
        clean_question("a" * 10_000)


def test_text_has_a_line_a_statement_with_markers() -> None:
    assert ANSWER.text == "Ducks swim. [1]\nThey eat. [1][2]"


def test_as_json_has_the_keys_of_the_contract() -> None:
    shown = ANSWER.as_json()
    assert list(shown) == [
        "id", "status", "answer", "message", "statements", "citations", "passages",
        "confidence", "rewritten", "answers", "note", "withheld", "index", "ms",
    ]  # fmt: skip
    assert shown["statements"][0] == {
        "text": "Ducks swim.",
        "citations": (1,),
        "verified": "quote",
        "asked": (),
    }
    keys = {"n", "document", "title", "published", "locator", "quote", "start", "end", "also_in"}
    assert set(shown["citations"][0]) == keys | {"document_id"}
    assert (shown["confidence"], shown["ms"], shown["rewritten"], shown["answers"]) == (
        0.1235,
        {"total": 1.2},
        None,
        "quotes",
    )
