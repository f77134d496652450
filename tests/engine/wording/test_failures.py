"""A model that is slow, broken, endless, or gone: the quotes are never lost, and what was verified is kept."""

import asyncio
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from time import monotonic

import pytest

from citewell.engine.answer import Question
from citewell.engine.engine import Engine
from citewell.engine.wording.merge import BROKEN, FAILED, LEFT_OUT, NOTHING_HELD
from citewell.tests.engine.wording import endpoint as endpoint_module
from citewell.tests.engine.wording.conftest import FAMILY, KEY, SEVENTEEN, Composing, Tell
from citewell.tests.engine.wording.endpoint import (
    PATIENCE,
    Behaviour,
    cut_up,
    drops,
    good,
    hangs,
    rambles,
    refuses,
    reply_of,
    scripted,
    streams,
    waits,
    writes,
)

LIMIT = 0.5  # seconds
COMING_AND_GOING = "How did social workers come and go in 18 months?"  # two quotes answer, and a model says one
WHOLE = reply_of(([1], SEVENTEEN))
OPEN = WHOLE[:-2]  # the sentence is whole, and the list goes on
WRONG = reply_of(([1], SEVENTEEN.replace("17", "23")))[:-2]
SWAPPED = ', {"passages": [1], "text": "Over 17 months, 18 social workers came and went."}'
PAGE = "<html><body>Bad gateway\nfor sk-not-to-be-told</body></html>"


def refusal(key: str = KEY) -> str:
    return f'{{"error": {{"message": "Incorrect key {key}\\nfor {FAMILY}", "type": "x", "code": "y"}}}}'


def delta(text: str) -> dict[str, object]:
    return {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m"} | {
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]
    }


# Broken before anything is said


@pytest.mark.parametrize(
    "behaviour",
    [
        *(refuses(status, refusal()) for status in (400, 401, 403, 404, 422, 429, 500, 503)),
        *(refuses(status, PAGE, "text/html") for status in (404, 429, 500, 502)),
        refuses(307, "", "text/plain", Location="/elsewhere"),
        refuses(200, PAGE, "text/html"),
        refuses(200, WHOLE),
        refuses(200, ""),
        drops(),
        drops("{"),
        streams(b"data: {not JSON\n\n"),
        streams(b"\xff\xfe\x00" * 50),
        streams(b"event: error\ndata: " + refusal().replace("\n", " ").encode() + b"\n\n"),
        streams(delta("") | {"choices": None}),
        streams({"choices": [{"index": 0}]}),
        streams(delta("") | {"choices": [{"index": 0, "delta": None}]}),
        streams(b"data: null\n\n"),
        streams(b"data: [1]\n\n"),
        streams(b": only a comment\n\n"),
        streams(),
    ],
)
def test_a_broken_endpoint_leaves_the_quotes(
    tell: Tell, engine: Engine, behaviour: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    told = tell(FAMILY, behaviour)
    quotes = engine.ask(Question(FAMILY), "quotes")
    assert (told.answer.statements, told.answer.citations) == (quotes.statements, quotes.citations)
    assert (told.answer.status, told.answer.answers) == ("answered", "quotes")
    assert told.answer.note in (FAILED, NOTHING_HELD)
    assert told.seconds < 5
    assert len(told.requests) == 1  # it is not asked again, nor elsewhere
    if told.answer.note == FAILED:
        [warning] = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
        assert warning.startswith("not composed to the end: language model")
        assert "\n" not in warning


@pytest.mark.parametrize(
    "behaviour",
    [
        refuses(401, refusal()),
        refuses(500, PAGE, "text/html"),
        streams(b"event: error\ndata: " + refusal().encode() + b"\n\n"),
        streams({"error": {"message": f"Incorrect key {KEY} for {FAMILY}"}}),
        streams(b"data: " + KEY.encode() + b"\n\n"),
    ],
    ids=["refused", "a page", "an error event", "an error", "no JSON"],
)
def test_neither_the_key_nor_the_question_is_in_a_log(
    tell: Tell, behaviour: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    """An endpoint may send back what it got."""
    with caplog.at_level(logging.INFO):
        told = tell(FAMILY, behaviour)
    assert told.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in caplog.text
    assert FAMILY not in caplog.text
    assert KEY not in str(told.answer)


def test_nobody_listens(composing: Composing, engine: Engine) -> None:
    with scripted(good()) as endpoint:
        url = endpoint.url
    answer = composing(url).ask(Question(FAMILY))
    assert answer.statements == engine.ask(Question(FAMILY), "quotes").statements
    assert answer.note == FAILED


# Broken while it writes


@pytest.mark.parametrize(
    ("behaviour", "note"),
    [
        (drops(OPEN), BROKEN),
        (streams(delta(OPEN), b"data: {not JSON\n\n"), BROKEN),
        (streams(delta(OPEN), {"error": {"message": "overloaded"}}), BROKEN),
        (streams(delta(OPEN), delta("") | {"choices": None}), BROKEN),
        (drops(OPEN, SWAPPED), f"{BROKEN} {LEFT_OUT}"),
        (writes(OPEN + SWAPPED), f"{BROKEN} {LEFT_OUT}"),
    ],
    ids=["dropped", "no JSON", "an error", "no choices", "dropped after a wrong one", "a wrong one"],
)
def test_what_was_verified_before_it_broke_is_kept(tell: Tell, behaviour: Behaviour, note: str) -> None:
    told = tell(FAMILY, behaviour, may_say=[SEVENTEEN])
    assert (told.written, told.answer.note, told.answer.answers) == ([SEVENTEEN], note, "llm")


def test_only_what_is_wrong_before_it_broke(tell: Tell) -> None:
    told = tell(FAMILY, drops(WRONG))
    assert (told.written, told.answer.note, told.answer.withheld) == ([], NOTHING_HELD, 1)


def test_a_killed_server(composing: Composing) -> None:
    """Its process ends in the middle of the answer: what was verified stays, at once."""
    dated = f"{SEVENTEEN} (7 October 2024)"  # the quotes beside it are of several dates

    async def asked(engine: Engine, pid: int) -> tuple[list[str], str, float]:
        killed = 0.0
        said: list[str] = []
        note = ""
        async with aclosing(engine.stream(Question(COMING_AND_GOING))) as events:
            async for event in events:
                if event.answer:
                    said, note = [s.text for s in event.answer.statements], event.answer.note
                if dated in said and not killed:
                    os.kill(pid, signal.SIGKILL)
                    killed = monotonic()
        return said, note, monotonic() - killed

    command = [sys.executable, str(Path(endpoint_module.__file__)), *cut_up(OPEN)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        try:
            said, note, seconds = asyncio.run(asked(composing(url), process.pid))
        finally:
            process.kill()
    assert said[0] == dated
    assert len(said) > 1  # the quote that the sentence does not say
    assert note == BROKEN
    assert seconds < 2


# Slow


def test_slow_pieces(composing: Composing) -> None:
    """Each sentence is told as soon as it is whole: before the model sends the next piece."""
    go_on = threading.Event()
    rest = ', {"passages": [1], "text": "Over 18 months, 23 social workers came."}]}'

    async def asked(engine: Engine) -> list[str]:
        notes = []
        async with aclosing(engine.stream(Question(FAMILY))) as events:
            async for event in events:
                if event.kind == "answer" and event.answer and event.answer.statements[0].text == SEVENTEEN:
                    notes.append(event.answer.note)
                    go_on.set()
        return notes

    with scripted(waits(OPEN, go_on, rest)) as endpoint:
        assert asyncio.run(asked(composing(endpoint.url))) == ["", LEFT_OUT]
        assert not endpoint.hung_up.is_set()


@pytest.mark.parametrize(
    ("behaviour", "written", "note"),
    [
        (hangs(), [], FAILED),
        (hangs("", '{"sentences": ['), [], FAILED),
        (hangs(WRONG), [], NOTHING_HELD),
        (hangs(OPEN), [SEVENTEEN], BROKEN),
    ],
    ids=["before the headers", "before a sentence", "after a wrong one", "after a sentence"],
)
def test_the_time_limit(
    tell: Tell, behaviour: Behaviour, written: list[str], note: str, caplog: pytest.LogCaptureFixture
) -> None:
    told = tell(FAMILY, behaviour, may_say=[SEVENTEEN], seconds=LIMIT)
    assert (told.written, told.answer.note) == (written, note)
    assert LIMIT <= told.seconds < LIMIT + 2
    assert LIMIT * 1000 <= told.answer.ms["write"] < LIMIT * 1000 + 1000
    assert told.endpoint.hung_up.wait(PATIENCE)
    assert "raise CITEWELL_LLM_SECONDS" in caplog.text


def test_ask_keeps_the_time_limit(composing: Composing) -> None:
    with scripted(hangs()) as endpoint:
        started = monotonic()
        assert composing(endpoint.url, LIMIT).ask(Question(FAMILY)).note == FAILED
        assert monotonic() - started < LIMIT + 2
        assert endpoint.hung_up.wait(PATIENCE)


# Endless


@pytest.mark.parametrize(
    ("behaviour", "written", "dropped"),
    [
        (rambles(OPEN.removeprefix('{"sentences": [') + ",", '{"sentences": ['), 6, 0),
        (rambles(WRONG.removeprefix('{"sentences": [') + ",", '{"sentences": ['), 0, 6),
        (rambles("and on ", '{"sentences": [{"passages": [1], "text": "'), 0, 0),
        (rambles("and on "), 0, 0),
        (rambles(" ", OPEN + "]}"), 1, 0),
    ],
    ids=["sentences", "wrong sentences", "one sentence", "prose", "after the end"],
)
def test_rambling_is_cut_short(tell: Tell, behaviour: Behaviour, written: int, dropped: int) -> None:
    """It is stopped by what it has written, not by the clock; the server sees the client go."""
    told = tell(FAMILY, behaviour, may_say=[SEVENTEEN])
    assert (len(told.written), len(told.answer.dropped)) == (written, dropped)
    assert told.seconds < 10
    assert told.endpoint.hung_up.wait(PATIENCE)


# Cancelled


async def leave(engine: Engine, when: Callable[[str], bool]) -> None:
    """Close the stream at the first event of which this is true."""
    async with aclosing(engine.stream(Question(FAMILY))) as events:
        async for event in events:
            said = event.answer.statements[0].text if event.answer else ""
            if event.kind == "answer" and when(said):
                return


def test_closing_the_stream_stops_the_model(composing: Composing) -> None:
    with scripted(hangs(OPEN)) as endpoint:
        asyncio.run(leave(composing(endpoint.url), lambda said: said == SEVENTEEN))
        assert endpoint.hung_up.wait(PATIENCE)


def test_cancelling_who_asks_stops_the_model(composing: Composing) -> None:
    async def cancelled(engine: Engine) -> None:
        asked = asyncio.create_task(leave(engine, lambda _: False))
        await asyncio.to_thread(arrived.wait, PATIENCE)
        asked.cancel()
        await asyncio.wait([asked])
        assert asked.cancelled()

    arrived = threading.Event()

    def behave(exchange: endpoint_module.Exchange) -> None:
        exchange.piece("{")
        arrived.set()
        exchange.until_hung_up()

    with scripted(behave) as endpoint:
        asyncio.run(cancelled(composing(endpoint.url)))
        assert endpoint.hung_up.wait(PATIENCE)


def test_closing_before_the_model_is_asked(composing: Composing) -> None:
    with scripted(good()) as endpoint:
        asyncio.run(leave(composing(endpoint.url), lambda _: True))
        assert endpoint.requests == []
