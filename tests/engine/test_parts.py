"""Questions that join two."""

import pytest

from citewell.engine.parts import parts


@pytest.mark.parametrize(
    ("question", "parted"),
    [
        (
            "Who feeds the ducks, and when was the pond dug?",
            ["Who feeds the ducks?", "when was the pond dug?"],
        ),
        (
            "How many ducks has the pond? And what do the wardens bring?",
            ["How many ducks has the pond?", "what do the wardens bring?"],
        ),
        (
            "What do ducks eat and for which birds is the pond closed?",
            ["What do ducks eat?", "for which birds is the pond closed?"],
        ),
        ("Is the park open? Are dogs allowed?", ["Is the park open?", "Are dogs allowed?"]),
    ],
)
def test_two_questions(question: str, parted: list[str]) -> None:
    assert parts(question) == parted


@pytest.mark.parametrize(
    "question",
    [
        "Who feeds the ducks and the swans?",
        "By when, and to whom, must wardens report?",  # neither half asks anything alone
        "Which pond has the most ducks, and how many?",  # one row answers
        "and what about swans?",
        "ducks and when?",
        "What do wardens bring?",
        "",
    ],
)
def test_one_question(question: str) -> None:
    assert parts(question) == [question]
