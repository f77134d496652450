"""What is sent to an endpoint, and what is counted."""

import asyncio
import logging
from collections.abc import Callable

import pytest

from citewell.engine.answer import Question
from citewell.engine.wording.merge import FAILED
from citewell.engine.wording.model import NO_KEY, TOKEN, Endpoint
from citewell.tests.engine.wording.conftest import FAMILY, KEY, MASH, SEVENTEEN, TWELVE, Composing, Tell
from citewell.tests.engine.wording.endpoint import good, hangs, reply_of, scripted, writes

SURVEY = "What do the documents say about early help?"
WHOLE = reply_of(([1], SEVENTEEN))
Counts = Callable[..., float]


# The request


def test_the_request(tell: Tell) -> None:
    [request] = tell(FAMILY, good(([1], SEVENTEEN)), may_say=[SEVENTEEN]).requests
    body = request.body
    assert request.path == "/v1/chat/completions"
    assert (body["model"], body["temperature"], body["max_tokens"], body["stream"]) == ("m", 0, 400, True)
    assert body["stream_options"] == {"include_usage": True}
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert body["messages"][0]["content"].startswith("You answer a question of a council's staff")
    assert request.asked.endswith(f"\n\nQuestion: {FAMILY}")
    assert set(body) == {
        "model",
        "messages",
        "temperature",
        "max_tokens",
        "stream",
        "stream_options",
        "response_format",
    }


def test_the_schema_knows_the_passages(tell: Tell) -> None:
    [request] = tell(FAMILY, good(([1], SEVENTEEN)), may_say=[SEVENTEEN]).requests
    form = request.body["response_format"]
    assert (form["type"], form["json_schema"]["strict"]) == ("json_schema", True)
    sentence = form["json_schema"]["schema"]["properties"]["sentences"]["items"]
    count = request.asked.count("<passage ")
    assert count > 1
    assert sentence["properties"]["passages"]["items"]["enum"] == list(range(1, count + 1))
    assert list(sentence["properties"]) == ["passages", "text"]  # the numbers before the words
    assert [f"<passage {n}" in request.asked for n in range(1, count + 1)] == [True] * count


@pytest.mark.parametrize("question", [FAMILY, MASH, SURVEY])
def test_no_message_names_a_file_or_an_address(tell: Tell, question: str) -> None:
    told = tell(question, good())
    sent = "\n".join(message["content"] for request in told.requests for message in request.messages)
    chunks = [passage.chunk for passage in told.answer.passages]
    assert chunks
    for chunk in chunks:
        assert chunk.document not in sent
        assert chunk.document_id not in sent
    assert "http" not in sent
    assert "www." not in sent
    assert "/samples" not in sent


def test_instructions_are_the_same_bytes_for_two_questions(tell: Tell) -> None:
    """So that a server need not read them again."""
    first, second = (tell(question, good()).requests[0] for question in (FAMILY, MASH))
    assert first.messages[0] == second.messages[0]
    assert first.asked != second.asked


# Keys, proxies and the environment


def test_the_key(composing: Composing, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO), scripted(good(([1], SEVENTEEN))) as endpoint:
        answer = composing(endpoint.url).ask(Question(FAMILY))
    assert endpoint.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in caplog.text
    assert KEY not in str(answer)
    assert KEY not in repr(Endpoint(endpoint.url, "m", KEY))
    assert KEY not in str(endpoint.requests[0].body)


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> str:
    """An environment that belongs to other programs."""
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_ORGANIZATION"):
        monkeypatch.setenv(name, "another-program")
    for name in ("OPENAI_API_BASE", "OPENAI_BASE_URL", "OPENAI_API_TYPE", "OPENAI_API_VERSION"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/another-program")
    return "another-program"


@pytest.mark.parametrize(("key", "sent"), [(KEY, KEY), ("", NO_KEY)])
def test_what_is_set_for_other_programs_is_not_used(composing: Composing, foreign: str, key: str, sent: str) -> None:
    with scripted(good(([1], SEVENTEEN))) as endpoint:
        assert composing(endpoint.url, key=key).ask(Question(FAMILY)).answers == "llm"
    [request] = endpoint.requests
    assert request.headers["authorization"] == f"Bearer {sent}"
    assert foreign not in str(request)


@pytest.mark.parametrize("proxied", [False, True])
def test_no_proxy_for_a_local_endpoint(composing: Composing, monkeypatch: pytest.MonkeyPatch, proxied: bool) -> None:
    for name in ("no_proxy", "NO_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with scripted(good(([1], SEVENTEEN))) as endpoint, scripted(good()) as proxy:
        for name in ("http_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, proxy.url.removesuffix("/v1"))
        composing("http://model.invalid/v1" if proxied else endpoint.url).ask(Question(FAMILY))
        assert (len(endpoint.requests), len(proxy.requests)) == ((0, 1) if proxied else (1, 0))


# Counting


def test_tokens_as_the_endpoint_counts_them(tell: Tell, counts: Counts) -> None:
    names = [("citewell_llm_tokens_total", {"kind": kind}) for kind in ("prompt", "completion")]
    names += [("citewell_llm_requests_total", {"outcome": "done"}), ("citewell_llm_first_sentence_seconds_count", {})]
    names += [("citewell_llm_sentences_total", {"outcome": outcome}) for outcome in ("shown", "withheld")]
    for name, labels in names:
        counts(name, **labels)
    wrong = SEVENTEEN.replace("17", "23")
    tell(FAMILY, good(([1], SEVENTEEN), ([1], wrong), ([1], wrong)), may_say=[SEVENTEEN])
    assert [counts(name, **labels) for name, labels in names] == [90, 10, 1, 1, 1, 2]


def test_tokens_that_the_endpoint_does_not_count(tell: Tell, counts: Counts) -> None:
    for kind in ("prompt", "completion"):
        counts("citewell_llm_tokens_total", kind=kind)
    told = tell(FAMILY, writes(WHOLE, usage=None), may_say=[SEVENTEEN])
    assert told.written == [SEVENTEEN]
    sent = sum(len(message["content"]) for message in told.requests[0].messages)
    assert counts("citewell_llm_tokens_total", kind="prompt") == sent // TOKEN
    assert counts("citewell_llm_tokens_total", kind="completion") == -(-len(WHOLE) // TOKEN)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [(WHOLE, "done"), ('{"sentences": [' + '{"passages": [1], "text": "Nine families."},' * 9, "stopped")],
)
def test_requests_by_how_they_ended(tell: Tell, counts: Counts, text: str, outcome: str) -> None:
    for name in ("done", "stopped", "failed", "refused"):
        counts("citewell_llm_requests_total", outcome=name)
    tell(FAMILY, writes(text), may_say=[SEVENTEEN])
    grown = {n: counts("citewell_llm_requests_total", outcome=n) for n in ("done", "stopped", "failed", "refused")}
    assert grown == dict.fromkeys(grown, 0) | {outcome: 1}


def test_one_that_takes_too_long_is_counted(tell: Tell, counts: Counts) -> None:
    counts("citewell_llm_requests_total", outcome="failed")
    counts("citewell_llm_tokens_total", kind="prompt")
    tell(FAMILY, hangs(), seconds=0.5)
    assert counts("citewell_llm_requests_total", outcome="failed") == 1
    assert counts("citewell_llm_tokens_total", kind="prompt") > 100


def test_the_days_tokens(composing: Composing, counts: Counts, caplog: pytest.LogCaptureFixture) -> None:
    """The request that passes the limit is the last one of the day."""
    counts("citewell_llm_requests_total", outcome="refused")
    with scripted(good(([1], SEVENTEEN))) as endpoint:
        engine = composing(endpoint.url, daily=101)  # the endpoint counts a hundred for each
        answers = [engine.ask(Question(FAMILY)) for _ in range(4)]
    assert [(answer.answers, answer.note) for answer in answers] == [("llm", "")] * 2 + [("quotes", FAILED)] * 2
    assert len(endpoint.requests) == 2
    assert all(answer.status == "answered" and answer.statements for answer in answers)
    assert counts("citewell_llm_requests_total", outcome="refused") == 2
    assert "101 tokens are spent today; raise CITEWELL_LLM_DAILY_TOKENS" in caplog.text


def test_the_next_day(composing: Composing, monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import date  # noqa: PLC0415

    from citewell.engine.wording import model  # noqa: PLC0415

    with scripted(good(([1], TWELVE))) as endpoint:
        engine = composing(endpoint.url, daily=1)
        found = []
        for day in (1, 1, 2):
            monkeypatch.setattr(model, "_today", lambda day=day: date(2031, 5, day))
            found.append(engine.ask(Question(MASH)).answers)
    assert found == ["llm", "quotes", "llm"]


def test_warming_reads_the_instructions_and_breaks_nothing(composing: Composing) -> None:
    with scripted(good()) as endpoint:
        engine = composing(endpoint.url)
        assert engine._composer
        asyncio.run(engine._composer.writer.warm())
        url = endpoint.url
    assert [request.body["max_tokens"] for request in endpoint.requests] == [1, 1]
    openings = [request.messages[0]["content"].split(" ", 2)[:2] for request in endpoint.requests]
    assert openings == [["You", "make"], ["You", "answer"]]  # the answer's last: it is asked for first
    gone = composing(url)._composer
    assert gone
    asyncio.run(gone.writer.warm())
