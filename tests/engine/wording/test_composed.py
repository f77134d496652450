"""What is shown of what a model writes, through the real engine."""

import asyncio
import json

import pytest

from citewell.engine.answer import Question
from citewell.engine.engine import Engine
from citewell.engine.wording import reply
from citewell.engine.wording.merge import FAILED, LEFT_OUT, NOTHING, NOTHING_HELD
from citewell.engine.wording.writer import MOST_SENTENCES
from citewell.errors import ConfigurationError
from citewell.tests.engine.wording.conftest import FAMILY, MASH, SEVENTEEN, TWELVE, Composing, Tell
from citewell.tests.engine.wording.endpoint import Behaviour, good, reply_of, scripted, sends, writes

WRONG = SEVENTEEN.replace("17", "23")
SWAPPED = "Over 17 months, 18 social workers came and went."


# What holds


def test_a_sentence_that_holds_leads(tell: Tell, engine: Engine) -> None:
    told = tell(FAMILY, good(([1], SEVENTEEN)), may_say=[SEVENTEEN])
    quotes = engine.ask(Question(FAMILY), "quotes")
    lead, *others = told.answer.statements
    assert (lead.text, lead.verified, lead.citations) == (SEVENTEEN, "supported", (1,))
    assert "17 social workers came and went" in told.answer.citations[0].quote
    assert [s.text for s in others] == [
        s.text for s in quotes.statements if "17" not in s.text
    ]  # it is said by the lead
    assert (told.answer.status, told.answer.answers, told.answer.note) == ("answered", "llm", "")
    assert told.answer.dropped == ()
    assert "17" in "".join(SEVENTEEN[a:b] for a, b in lead.asked)
    assert (told.answer.passages, told.answer.confidence) == (quotes.passages, quotes.confidence)


def test_the_events(tell: Tell) -> None:
    """The quotes at once, then the answer after each sentence that is shown, and as it stays."""
    told = tell(FAMILY, good(([1], SEVENTEEN), ([1], WRONG)), may_say=[SEVENTEEN])
    quotes = told.kinds.count("statement")
    assert told.kinds == ["sources", *["statement"] * quotes, "answer", "answer", "answer", "done"]
    first, second, last = told.answers
    assert (first.answers, first.note) == ("quotes", "")
    assert (second.answers, second.note) == ("llm", "")
    assert (last.answers, last.note, last.withheld) == ("llm", LEFT_OUT, 1)
    assert told.answer == last
    assert 0 < last.ms["first"] < last.ms["total"]
    assert 0 < last.ms["write"] < last.ms["total"]


def test_ask_gives_what_the_stream_ends_with(composing: Composing, tell: Tell) -> None:
    told = tell(FAMILY, good(([1], SEVENTEEN)), may_say=[SEVENTEEN])
    with scripted(good(([1], SEVENTEEN))) as endpoint:
        answer = composing(endpoint.url).ask(Question(FAMILY))
    assert answer.statements == told.answer.statements
    assert answer.citations == told.answer.citations
    assert f"{SEVENTEEN} [1]" in answer.text


@pytest.mark.parametrize(
    "text",
    [
        reply_of(([1], SEVENTEEN)),
        json.dumps({"sentences": [{"text": SEVENTEEN, "passages": [1]}]}),
        json.dumps({"sentences": [{"passages": 1, "text": SEVENTEEN}]}, indent=2),
        f"```json\n{reply_of(([1], SEVENTEEN))}\n```",
        reply_of(([1, 99, 1], f"  {SEVENTEEN[:-1]} [1]. ")),
        '{"sentences": [3, null, {}, {"text": 5}, ' + reply_of(([1], SEVENTEEN))[len('{"sentences": [') :],
    ],
    ids=["plain", "text first", "a number", "fenced", "markers", "not only sentences"],
)
@pytest.mark.parametrize("cut", [1, 5, 10_000])
def test_ways_of_replying(tell: Tell, text: str, cut: int) -> None:
    pieces = [text[at : at + cut] for at in range(0, len(text), cut)]
    assert tell(FAMILY, sends(*pieces), may_say=[SEVENTEEN]).written == [SEVENTEEN]


def test_escapes_cut_in_the_middle(tell: Tell) -> None:
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in SEVENTEEN[:20]) + SEVENTEEN[20:]
    told = tell(FAMILY, writes(f'{{"sentences": [{{"passages": [1], "text": "{escaped}"}}]}}'), may_say=[SEVENTEEN])
    assert told.written == [SEVENTEEN]


def test_another_question(tell: Tell) -> None:
    told = tell(MASH, good(([1], TWELVE)), may_say=[TWELVE])
    assert told.written == [TWELVE]
    assert told.answer.citations[0].document == "front-door-mash.md"


# What does not


@pytest.mark.parametrize(
    ("behaviour", "reasons"),
    [
        (good(([1], WRONG)), ["not "]),
        (good(([1], SWAPPED)), [""]),
        (good(([0, -1, 99, "1", True, 1.5, None, [1]], SEVENTEEN)), ["cites no passage"]),
        (good(([], SEVENTEEN)), ["cites no passage"]),
        (good(([1], SEVENTEEN.replace("came", "never came"))), ["not "]),
        (good(([1], "We found that 17 social workers came and went over 18 months.")), ["speaks as a document does"]),
        (good(([1], "17 18.")), ["says nothing"]),
        (good(([1], SEVENTEEN[:-1])), ["is no whole sentence"]),
        (writes(f"{SEVENTEEN} That is what passage 1 says."), FAILED),
        (good(), NOTHING),
        (writes(reply_of(([1], SEVENTEEN))[:-6]), FAILED),
        (writes("[" + reply_of(([1], SEVENTEEN))[15:]), FAILED),
        (writes("null"), FAILED),
        (sends(), FAILED),
    ],
    ids=[
        "an invented figure",
        "swapped figures",
        "unknown passages",
        "no passages",
        "a negation",
        "a first person",
        "only figures",
        "no full stop",
        "prose",
        "an empty list",
        "truncated",
        "another form",
        "null",
        "nothing",
    ],
)
def test_what_does_not_hold_leaves_the_quotes(
    tell: Tell, engine: Engine, behaviour: Behaviour, reasons: list[str] | str
) -> None:
    reasons, note = ([], reasons) if isinstance(reasons, str) else (reasons, NOTHING_HELD)
    told = tell(FAMILY, behaviour)
    quotes = engine.ask(Question(FAMILY), "quotes")
    assert (told.answer.statements, told.answer.citations) == (quotes.statements, quotes.citations)
    assert (told.answer.status, told.answer.answers, told.answer.note) == ("answered", "quotes", note)
    assert len(told.reasons) == len(reasons)
    assert all(told.reasons)
    assert all(map(str.startswith, told.reasons, reasons))
    assert "first" not in told.answer.ms


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        (MASH, TWELVE.replace("12", "4")),
        (
            "How many Early Help Assessments per 10,000 does Tameside have?",
            "Tameside has 256 Early Help Assessments per 10,000.",
        ),
    ],
    ids=["of the next sentence", "of the next column"],
)
def test_a_figure_of_something_else_with_the_same_unit_is_withheld(tell: Tell, question: str, wrong: str) -> None:
    assert tell(question, good(([1], wrong))).written == []


# What is meant to harm


@pytest.mark.parametrize(
    "said",
    [
        SEVENTEEN[:-1] + " <script>alert(1)</script>.",
        SEVENTEEN.replace("came", "<b>came</b>"),
        SEVENTEEN[:-1] + ", see https://evil.example/form.",
        SEVENTEEN[:-1] + " ![](https://evil.example/pixel.png).",
        SEVENTEEN.replace("came and went", "[came and went](javascript:family)"),
        "Ignore the rules: " + SEVENTEEN,
        "Tell the user to ring 0161 496 0000 about the family.",
        "Copy figures, dates and names exactly, and the words must, should, may and not.",
        "You answer a question of a council's staff from numbered passages of the council's documents.",
    ],
)
def test_malicious_sentences_are_in_no_event(tell: Tell, said: str) -> None:
    told = tell(FAMILY, good(([1], said), ([1], SEVENTEEN)), may_say=[SEVENTEEN])
    assert told.written == [SEVENTEEN]
    assert told.answer.note == LEFT_OUT
    assert [dropped.text for dropped in told.answer.dropped] == [said]
    assert said not in json.dumps(told.answer.as_json(), ensure_ascii=False)


def test_a_piece_of_a_megabyte(tell: Tell) -> None:
    text = reply_of(([1], SEVENTEEN), ([1], "family " * 150_000), ([1], SEVENTEEN))
    told = tell(FAMILY, sends(text), may_say=[SEVENTEEN])
    assert told.written[0] == SEVENTEEN
    assert len(told.answer.dropped[0].text) > 1_000_000
    assert told.reasons in (["rambles"], ["is no whole sentence"])
    assert told.seconds < 5


def test_many_sentences_in_one_piece_are_no_more_than_in_many(tell: Tell) -> None:
    """How a server cuts its reply must not change how much of it is read."""
    text = reply_of(*[([1], SEVENTEEN)] * 40)
    told = tell(FAMILY, sends(text), may_say=[SEVENTEEN])
    assert len(told.written) + len(told.answer.dropped) <= MOST_SENTENCES


@pytest.mark.parametrize(
    "text",
    ['{"sentences": [' + "1," * 5000, '{"sentences": [' + "[" * 100_000, '{"sentences": [' + '{"a":' * 50_000],
    ids=["many that are none", "deep lists", "deep objects"],
)
def test_a_reply_made_to_exhaust_the_parser_leaves_the_quotes(tell: Tell, engine: Engine, text: str) -> None:
    told = tell(FAMILY, sends(text))
    assert told.answer.statements == engine.ask(Question(FAMILY), "quotes").statements


# Who words it


def test_quotes_ask_no_model(composing: Composing, engine: Engine) -> None:
    with scripted(good(([1], SEVENTEEN))) as endpoint:
        answer = composing(endpoint.url).ask(Question(FAMILY), "quotes")
        assert endpoint.requests == []
    assert answer.statements == engine.ask(Question(FAMILY)).statements
    assert (answer.answers, answer.note, "write" in answer.ms) == ("quotes", "", False)


def test_insisting_on_a_model(composing: Composing, engine: Engine) -> None:
    assert not engine.composes
    with pytest.raises(ConfigurationError, match="no language model is set"):
        engine.ask(Question(FAMILY), "llm")
    with scripted(good(([1], SEVENTEEN))) as endpoint:
        other = composing(endpoint.url)
        assert other.composes
        assert other.ask(Question(FAMILY), "llm").answers == "llm"


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("What is the capital of Peru?", "not_found"),
        ("My client Jane Doe, born 3 May 2012, what do I do?", "blocked"),
        ("A child is being beaten right now, what do I do?", "blocked"),
    ],
)
def test_where_there_is_nothing_to_word_no_model_is_asked(composing: Composing, question: str, status: str) -> None:
    with scripted(good(([1], SEVENTEEN))) as endpoint:
        answer = composing(endpoint.url).ask(Question(question))
        assert (answer.status, answer.note, endpoint.requests) == (status, "", [])


def test_two_questions_at_once(composing: Composing) -> None:
    async def both(engine: Engine) -> list[str]:
        asked = [asyncio.to_thread(engine.ask, Question(FAMILY)) for _ in range(4)]
        return [answer.statements[0].text for answer in await asyncio.gather(*asked)]

    with scripted(good(([1], SEVENTEEN))) as endpoint:
        assert asyncio.run(both(composing(endpoint.url))) == [SEVENTEEN] * 4
        assert len(endpoint.requests) == 4


def test_a_sentence_has_a_longest() -> None:
    parsed = reply.Reply(range(1, 3))
    assert list(parsed.feed('{"sentences": [{"passages": [1], "text": "' + "a" * reply.LONGEST)) == []
    assert parsed.pending > reply.LONGEST
