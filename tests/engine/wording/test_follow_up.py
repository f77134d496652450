"""Follow-ups: a model's rewriting is used when it keeps to the words of the conversation; otherwise rules decide."""

import json

import pytest

from citewell.engine.answer import Question
from citewell.engine.engine import Engine
from citewell.engine.wording import composer as composer_module
from citewell.engine.wording.follow_up import LONGER, is_faithful
from citewell.tests.engine.wording.conftest import FAMILY, SEVENTEEN, Composing, Tell
from citewell.tests.engine.wording.endpoint import Behaviour, drops, good, hangs, refuses, scripted, sends, writes

FOLLOW_UP = "And for team managers?"
REWRITTEN = "What is the agency rate for team managers?"
TURN = "What is the agency rate for social workers?"
CASE = "My client Jane Doe was born on 3 May 2012."


def told(question: object) -> str:
    return json.dumps({"question": question})


def test_a_rewriting_is_used_and_shown(tell: Tell, engine: Engine) -> None:
    found = tell(FOLLOW_UP, writes(told(f" {REWRITTEN}\n")), good(), turns=[TURN])
    asked, composed = found.requests
    assert asked.asked == f"Earlier questions, oldest first:\n- {TURN}\n\nLast question: {FOLLOW_UP}"
    assert asked.body["response_format"]["json_schema"]["schema"]["required"] == ["question"]
    assert composed.asked.endswith(f"Question: {REWRITTEN}")
    assert (found.answer.question, found.answer.rewritten) == (FOLLOW_UP, REWRITTEN)
    assert found.answer.statements == engine.ask(Question(REWRITTEN)).statements


def test_only_the_last_turns_are_sent(tell: Tell) -> None:
    turns = [f"What is duty number {n}?" for n in range(6)] + [TURN]
    asked = tell(FOLLOW_UP, writes(told(REWRITTEN)), good(), turns=turns).requests[0].asked
    assert [n for n in range(6) if f"number {n}?" in asked] == [3, 4, 5]


@pytest.mark.parametrize(
    "behaviour",
    [
        writes(told("Why did the unhappy social workers leave?")),
        writes(told("How many social workers did one family have?")),
        writes(told("")),
        writes(told("The?")),
        writes(told(REWRITTEN + " they" * LONGER)),
        writes(told(REWRITTEN)[:-4]),
        writes(told(None)),
        writes(told(["Why did the social workers leave?"])),
        writes(f"[{told(REWRITTEN)}]"),
        writes('"question"'),
        writes(REWRITTEN),
        sends(),
        sends("[" * 100_000),
        refuses(500, "no", "text/plain"),
        drops(),
        drops(told(REWRITTEN)),
    ],
    ids=[
        "a word added",
        "a word left out",
        "empty",
        "says nothing",
        "too long",
        "truncated",
        "null",
        "a list",
        "in a list",
        "another form",
        "prose",
        "nothing",
        "made to exhaust the parser",
        "refused",
        "dropped at once",
        "dropped at the end",
    ],
)
def test_otherwise_the_rules_decide(tell: Tell, engine: Engine, behaviour: Behaviour) -> None:
    by_rules = engine.ask(Question(FOLLOW_UP, turns=(TURN,)))
    found = tell(FOLLOW_UP, behaviour, good(([1], SEVENTEEN)), turns=[TURN], may_say=[SEVENTEEN])
    assert found.answer.rewritten == by_rules.rewritten == f"{TURN.rstrip('?')} – {FOLLOW_UP}"
    assert found.answer.passages == by_rules.passages
    assert len(found.requests) == 2


def test_a_rewriting_that_takes_too_long(tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(composer_module, "REWRITING", 0.3)
    found = tell(FOLLOW_UP, hangs(told(REWRITTEN)[:9]), good(), turns=[TURN])
    assert found.answer.rewritten == f"{TURN.rstrip('?')} – {FOLLOW_UP}"
    assert len(found.requests) == 2
    assert 0.3 <= found.seconds < 3
    assert found.endpoint.hung_up.is_set()


def test_a_question_that_stands_alone_is_not_rewritten(tell: Tell) -> None:
    found = tell(FAMILY, good(([1], SEVENTEEN)), turns=["What are the 5Cs?"], may_say=[SEVENTEEN])
    assert (len(found.requests), found.answer.rewritten, found.written) == (1, None, [SEVENTEEN])


@pytest.mark.parametrize(
    ("question", "turns"),
    [(f"And why? {CASE}", [TURN]), (FOLLOW_UP, [CASE]), (FOLLOW_UP, [TURN, CASE, TURN])],
    ids=["in the question", "in the turn", "in an earlier turn"],
)
def test_case_data_reaches_no_model(composing: Composing, question: str, turns: list[str]) -> None:
    with scripted(writes(told(REWRITTEN))) as endpoint:
        answer = composing(endpoint.url).ask(Question(question, turns=tuple(turns)))
        assert endpoint.requests == []
    assert (answer.status, answer.question, answer.statements) == ("blocked", "", ())


@pytest.mark.parametrize(
    ("rewritten", "question", "faithful"),
    [
        ("How many team managers are agency?", "And team managers?", True),
        ("How many are agency?", "And team managers?", False),
        ("How many team managers are agency in Leeds?", "And team managers?", False),
        ("", "And team managers?", False),
        ("team managers", "And team managers?", False),
    ],
)
def test_faithful(rewritten: str, question: str, faithful: bool) -> None:
    assert is_faithful(rewritten, question, ["How many social workers are agency?"]) is faithful
