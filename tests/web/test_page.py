"""The chat's handlers, without a browser."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from citewell.engine.answer import Question
from citewell.engine.history import History
from citewell.errors import InputError
from citewell.settings import Settings
from citewell.tests.web.fake_engine import WITHHELD, FakeEngine
from citewell.web.examples import FILE, example_questions
from citewell.web.page import Message, cleared, conversation, create_page, earlier_questions, refused, stopped
from citewell.web.transcript import COMPOSED as COMPOSED_NOTE
from citewell.web.transcript import COMPOSING, answer_html

COMPOSED = "Composed: what is the agency rate, and what did the family meet?"


def grow(engine: FakeEngine, text: str, history: list[Message]) -> list[tuple[list[Message], bool | None]]:
    """All states of a conversation while one question is answered."""

    async def collect() -> list[tuple[list[Message], bool | None]]:
        question = Question(text, turns=tuple(earlier_questions(history)))
        return [state async for state in conversation(engine, question, history)]

    return asyncio.run(collect())


def test_a_question_is_answered_in_place() -> None:
    states = grow(FakeEngine(), "What is the agency rate?", [])
    assert [busy for _, busy in states][:1] == [True]
    assert [busy for _, busy in states][-1:] == [False]
    assert all([message["role"] for message in messages] == ["user", "assistant"] for messages, _ in states)
    assert "37.7%" in states[-1][0][1]["content"]


@pytest.mark.parametrize(("interval", "updates"), [(0, 5), (3600, 4)])
def test_updates_are_spaced_but_the_last_is_always_shown(
    monkeypatch: pytest.MonkeyPatch, interval: float, updates: int
) -> None:
    monkeypatch.setattr("citewell.web.page.INTERVAL", interval)
    states = grow(FakeEngine(), "What is the agency rate?", [])
    assert len(states) == updates  # the beginning, each of three events or the first and the last, the end
    assert "37.7%" in states[-1][0][1]["content"]


def test_quotes_are_shown_while_a_model_composes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("citewell.web.page.INTERVAL", 0)
    engine = FakeEngine(History.open(Settings(home=tmp_path)))
    shown = [messages[-1]["content"] for messages, _ in grow(engine, COMPOSED, [])]
    composing = [html for html in shown if COMPOSING in html]
    assert ["Agency staff hold <strong>37.7%</strong>" in html for html in composing] == [False, True]
    assert all("17 social workers" in html and 'class="votes"' not in html for html in composing)
    assert COMPOSING not in shown[-1]
    assert all(words in shown[-1] for words in (WITHHELD, COMPOSED_NOTE, 'class="votes"'))


@pytest.mark.parametrize("ending", ["closed", "cancelled"])
def test_a_conversation_that_is_left_stops_the_engine(monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    monkeypatch.setattr("citewell.web.page.INTERVAL", 0)
    engine = FakeEngine()

    async def leave() -> None:
        states = conversation(engine, Question(f"{COMPOSED} slowly"), [])
        while COMPOSING not in (await anext(states))[0][-1]["content"]:
            pass
        if ending == "cancelled":
            upcoming = asyncio.ensure_future(anext(states))
            await asyncio.sleep(0)
            upcoming.cancel()
            await asyncio.wait([upcoming])
        else:
            await states.aclose()
        assert engine.left.get_nowait().text == f"{COMPOSED} slowly"
        engine.release.set()  # its thread, which would be waited for

    asyncio.run(leave())


def test_stopping_keeps_the_quotes_and_says_no_more_that_a_model_is_at_work() -> None:
    answer = FakeEngine().ask(Question(COMPOSED), "quotes")
    messages, _ = stopped([{"role": "assistant", "content": answer_html(answer, composing=True)}])
    assert messages[0]["content"] == answer_html(answer, composing=True).replace(COMPOSING, "")
    assert "37.7%" in messages[0]["content"]
    assert "Stopped." in messages[1]["content"]


def test_a_model_s_sentences_are_told_as_such_after_stopping_too() -> None:
    begun = answer_html(FakeEngine().ask(Question(COMPOSED)), composing=True)
    kept = stopped([{"role": "assistant", "content": begun}])[0][0]["content"]
    assert COMPOSED_NOTE in kept
    assert COMPOSING not in kept


def test_earlier_questions_go_along_as_they_were_typed() -> None:
    engine = FakeEngine()
    history = grow(engine, "Who is Ann O'Neill & <who> is *Bo*?", [])[-1][0]
    grow(engine, "And the agency rate?", history)
    assert engine.asked[-1].turns == ("Who is Ann O'Neill & <who> is *Bo*?",)


def test_history_as_gradio_sends_it_back_is_read() -> None:
    sent: list[dict[str, Any]] = [
        {"role": "user", "content": [{"type": "text", "text": "Why&#63;"}]},
        {"role": "assistant", "content": [{"type": "text", "text": "Because"}]},
    ]
    assert earlier_questions(sent) == ["Why?"]


def test_a_blank_question_is_taken_out_of_the_box_and_an_over_long_one_stays() -> None:
    for text, words in (("   ", "empty"), ("why " * 2500, "shorten it")):
        with pytest.raises(InputError) as caught:
            Question.parse({"question": text})
        box, hint = refused(text, caught.value)
        assert words in hint["value"]
        assert hint["visible"]
        assert ("value" in box) == (not text.strip())


def test_an_engine_that_gives_up_says_why_in_the_chat() -> None:
    messages, busy = grow(FakeEngine(), "broken?", [])[-1]
    assert busy is False
    assert "citewell doctor" in messages[-1]["content"]


def test_only_the_finished_answer_asks_for_a_vote(tmp_path: Path) -> None:
    history = History.open(Settings(home=tmp_path))
    states = grow(FakeEngine(history), "What is the agency rate?", [])
    asks = ['class="votes"' in messages[-1]["content"] for messages, _ in states]
    assert (asks[0], asks[-1]) == (False, True)
    assert 'class="votes"' not in grow(FakeEngine(history), "broken?", [])[-1][0][-1]["content"]


def test_stopping_and_starting_again() -> None:
    states = grow(FakeEngine(), "What is the agency rate?", [])
    reading, stated = states[0][0], states[-1][0]
    for history, kept in ((reading, 1), (stated, 2)):
        messages, _ = stopped(history)
        assert messages[:-1] == history[:kept]
        assert "Stopped." in messages[-1]["content"]
    assert cleared()[0] == []


def test_no_handler_of_the_page_is_in_gradio_s_public_interface() -> None:
    page = create_page(FakeEngine(), ["Why?"])
    assert page.get_api_info()["named_endpoints"] == {}


def test_examples_are_offered_for_documents_that_are_indexed() -> None:
    assert example_questions({"front-door-mash.md"}) == ["What does MASH stand for?"]
    assert example_questions(set()) == []


def test_every_example_is_about_a_sample() -> None:
    samples = {path.name for path in (FILE.parent.parent / "samples").iterdir()}
    assert len(example_questions(samples)) == FILE.read_text(encoding="utf-8").count("[[examples]]")


def test_a_blocked_question_is_not_kept_in_the_conversation() -> None:
    engine = FakeEngine()
    first = grow(engine, "What is the agency rate?", [])[-1][0]
    messages = grow(engine, "Who visits Ann Lee, dob 12/03/2014?", first)[-1][0]
    assert [message["role"] for message in messages] == ["user", "assistant"] * 2
    assert "a date of birth" in messages[-1]["content"]
    assert "Ann" not in str(messages)
    assert earlier_questions(messages) == ["What is the agency rate?"]
