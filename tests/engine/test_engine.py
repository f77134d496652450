"""The engine end to end over the samples, with the real model."""

import asyncio
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from citewell.app import build_engine
from citewell.engine.answer import Answer, Question
from citewell.engine.engine import EMPTY_INDEX, NOT_FOUND, UNCONFIRMED, Engine, Event
from citewell.errors import InputError
from citewell.index.sync import sync
from citewell.settings import load_settings

AGENCY = "What percentage of social workers are agency?"
FAMILY = "How many social workers did one family have in 18 months?"
QUESTIONS = [
    AGENCY,
    FAMILY,
    "What are the 5Cs?",
    "Which share of closures is because the family moved to another council?",
    "What was missing when the MASH was brought in?",
    "Who is the new director of children's services?",
    "What does ASYE mean?",
    "Which role has the highest agency share?",
    "When does the panel meet next?",
    "What are the recommendations?",
]
OUTSIDE = [
    "Who won the football world cup in 1998?",
    "What is the capital of Peru?",
    "How do I get a council tax refund?",
]


def ask(engine: Engine, question: str, *turns: str, **filters: str) -> Answer:
    return engine.ask(Question(question, turns=turns, filters=filters))


def stored(engine: Engine, document_id: str) -> str:
    return "".join(chunk.text for chunk in engine.store.chunks_of(document_id))


# Answers


def test_a_row_of_a_table(engine: Engine) -> None:
    answer = ask(engine, AGENCY)
    assert answer.status == "answered"
    assert answer.statements[0].text.startswith("Social Worker: Agency share 37.7%")
    citation = answer.citations[0]
    assert citation.document == "workforce-briefing.md"
    assert citation.locator.endswith("table: Agency staff by job role · row: Social Worker")
    assert citation.quote == "Social Worker\t93\t56\t37.7%"
    assert citation.published == "2024-10-07"


def test_a_sentence(engine: Engine) -> None:
    answer = ask(engine, FAMILY)
    assert answer.status == "answered"
    assert "17 social workers" in answer.statements[0].text
    assert answer.citations[0].document == "workforce-briefing.md"
    assert "What turnover means for families" in answer.citations[0].locator


def test_a_whole_list(engine: Engine) -> None:
    [statement] = ask(engine, "Which themes come up every time?").statements
    lead, *items = statement.text.splitlines()
    assert lead.endswith(":")
    assert [item.split()[1] for item in items] == ["leadership", "the", "joint"]


def test_the_extreme_row(engine: Engine) -> None:
    [statement] = ask(engine, "Which job role has the highest agency share?").statements
    assert statement.text.startswith("Director and assistant directors: Agency share 100%")
    assert statement.text.endswith("(highest of the 6 rows of the table)")


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_quote_is_verbatim_and_every_citation_is_used(engine: Engine, question: str) -> None:
    answer = ask(engine, question)
    assert answer.status == "answered"
    for citation in answer.citations:
        assert stored(engine, citation.document_id)[citation.start : citation.end] == citation.quote
    assert [citation.n for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    used = [n for statement in answer.statements for n in statement.citations]
    assert used == [citation.n for citation in answer.citations]
    assert all(statement.verified == "quote" for statement in answer.statements)
    assert answer.confidence >= 0.5
    assert answer.index == engine.store.fingerprint


@pytest.mark.parametrize("question", OUTSIDE)
def test_what_the_documents_do_not_say(engine: Engine, question: str) -> None:
    answer = ask(engine, question)
    assert (answer.status, answer.text, answer.message) == ("not_found", NOT_FOUND, NOT_FOUND)
    assert (answer.statements, answer.citations) == ((), ())
    assert answer.passages
    assert answer.confidence < 0.5


def test_the_threshold_decides(engine: Engine) -> None:
    for threshold, status in ((0.0, "answered"), (1.0, "not_found")):
        strict = Engine(engine.store, load_settings(answer_threshold=threshold))
        assert ask(strict, AGENCY).status == status


# Parts, strictness, order


def test_two_questions_in_one_are_both_answered(engine: Engine) -> None:
    answer = ask(engine, f"{AGENCY[:-1]}, and how many social workers did one family have in 18 months?")
    assert answer.status == "answered"
    assert answer.statements[0].text.startswith("Social Worker: Agency share 37.7%")
    assert "17 social workers" in answer.text
    assert [citation.n for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    places = [(passage.chunk.document_id, passage.chunk.ordinal) for passage in answer.passages]
    assert len(set(places)) == len(places)
    assert [passage.rank for passage in answer.passages] == list(range(1, len(places) + 1))
    assert answer.rewritten == f"{AGENCY} · how many social workers did one family have in 18 months?"


def test_of_two_questions_the_one_that_is_not_answered_is_told(engine: Engine) -> None:
    answer = ask(engine, f"{AGENCY[:-1]}, and what is the capital of Peru?")
    assert answer.status == "partial"
    assert answer.statements[0].text.startswith("Social Worker: Agency share 37.7%")
    assert answer.message == "The documents do not say: what is the capital of Peru?"
    assert answer.text.endswith(answer.message)
    assert ask(engine, "What is the capital of Peru, and who won the world cup in 1998?").status == "not_found"


def test_nothing_is_said_twice(engine: Engine) -> None:
    answer = ask(engine, f"{AGENCY} And {AGENCY[0].lower()}{AGENCY[1:]}")
    spans = [(citation.document_id, citation.start, citation.end) for citation in answer.citations]
    assert answer.status == "answered"
    assert len(set(spans)) == len(spans)


def test_a_date_is_told_only_where_it_matters(engine: Engine) -> None:
    assert "(7 October 2024)" not in ask(engine, AGENCY).text
    assert "(7 October 2024)" in ask(engine, f"{AGENCY[:-1]} now?").text


def test_what_is_asked_for_is_marked(engine: Engine) -> None:
    said = ask(engine, AGENCY).statements[0]
    assert [said.text[start:end] for start, end in said.asked] == ["37.7%"]


@pytest.mark.parametrize(
    "question",
    ["What does an agency social worker earn in a year?", "What is the email address of the Commissioner?"],
)
def test_no_amount_or_address_no_answer(engine: Engine, question: str) -> None:
    answer = ask(engine, question)
    assert (answer.status, answer.confidence) == ("not_found", 0)


def test_without_a_number_it_is_not_said_how_many(tmp_path: Path) -> None:
    (tmp_path / "ducks.txt").write_text("Too many ducks live by the pond in Elmford.\n\nThe pond is deep.\n", "utf-8")
    engine = build_engine(load_settings(home=tmp_path / "home"))
    sync(engine.store, [tmp_path / "ducks.txt"])
    assert ask(engine, "Do ducks live by the pond in Elmford?").status == "answered"
    assert ask(engine, "How many ducks live by the pond in Elmford?").status == "not_found"


def test_the_passage_of_the_likeliest_quote_is_first(engine: Engine) -> None:
    for question in QUESTIONS:
        answer = ask(engine, question)
        scores = [passage.score for passage in answer.passages]
        assert scores == sorted(scores, reverse=True)
    first = ask(engine, AGENCY).passages[0]
    assert "Social Worker\t93\t56\t37.7%" in first.chunk.text


def test_endings_are_counted(engine: Engine) -> None:
    def count(status: str) -> float:
        return REGISTRY.get_sample_value("citewell_answers_total", {"status": status}) or 0.0

    before = {status: count(status) for status in ("answered", "not_found", "blocked")}
    for question in (AGENCY, OUTSIDE[0], "A child is being hurt now"):
        ask(engine, question)
    assert {status: count(status) - before[status] for status in before} == dict.fromkeys(before, 1.0)


# Turns


def test_a_follow_up(engine: Engine) -> None:
    answer = ask(engine, "and for team managers?", AGENCY)
    assert answer.statements[0].text.startswith("Team Manager: Agency share 29.4%")
    assert answer.rewritten is not None
    assert AGENCY.rstrip("?") in answer.rewritten


def test_unrelated_turns_change_nothing(engine: Engine) -> None:
    alone, after = ask(engine, FAMILY), ask(engine, FAMILY, "agency rate", "price of tea")
    assert after.rewritten is None
    assert (after.statements, after.passages) == (alone.statements, alone.passages)


def test_a_misspelt_question(engine: Engine) -> None:
    answer = ask(engine, "What percentage of socal workers are agancy?")
    assert answer.statements[0].text.startswith("Social Worker: Agency share 37.7%")
    assert answer.rewritten == AGENCY


# Filters, search, events


def test_filters(engine: Engine) -> None:
    answer = ask(engine, AGENCY, document="scrutiny-minutes.txt")
    assert {passage.chunk.document for passage in answer.passages} == {"scrutiny-minutes.txt"}
    assert {citation.document for citation in answer.citations} == {"scrutiny-minutes.txt"}
    recent = ask(engine, AGENCY, after="2025-01-01")
    assert all((passage.chunk.published or "") >= "2025-01-01" for passage in recent.passages)
    with pytest.raises(InputError, match="filter nosuch: no such filter"):
        ask(engine, AGENCY, nosuch="x")


def test_search(engine: Engine) -> None:
    passages, ms = engine.search(Question(AGENCY), top=3)
    assert len(passages) == 3
    assert passages[0].chunk.document == "workforce-briefing.md"
    assert passages[0].as_json()["rank"] == 1
    assert set(ms) == {"retrieve", "total"}


def test_asking_twice_gives_the_same(engine: Engine) -> None:
    one, other = ask(engine, AGENCY), ask(engine, AGENCY)
    assert (one.statements, one.citations, one.passages, one.confidence) == (
        other.statements,
        other.citations,
        other.passages,
        other.confidence,
    )
    assert one.id != other.id


def test_as_json(engine: Engine) -> None:
    shown = engine.ask(Question(AGENCY, id="a")).as_json()
    assert shown["id"] == "a"
    assert set(shown["ms"]) == {"retrieve", "compose", "verify", "total"}
    assert all(value >= 0 for value in shown["ms"].values())
    assert {"document", "text", "score", "rank"} <= set(shown["passages"][0])
    assert shown["answer"].splitlines()[0].endswith("[1]")


def events(engine: Engine, question: str) -> list[Event]:
    async def collect() -> list[Event]:
        return [event async for event in engine.stream(Question(question))]

    return asyncio.run(collect())


def test_a_stream_brings_sources_then_statements_then_the_answer(engine: Engine) -> None:
    first, *steps, last = events(engine, AGENCY)
    answer = ask(engine, AGENCY)
    assert (first.kind, first.passages) == ("sources", answer.passages)
    assert [step.kind for step in steps] == ["statement"] * len(answer.statements)
    assert tuple(step.statement for step in steps) == answer.statements
    assert tuple(citation for step in steps for citation in step.citations) == answer.citations
    assert last.kind == "done"
    assert last.answer is not None
    assert last.answer.statements == answer.statements


def test_a_stream_without_answer(engine: Engine) -> None:
    assert [event.kind for event in events(engine, OUTSIDE[0])] == ["sources", "done"]


# Guards


def test_an_empty_index_says_what_to_do() -> None:
    answer = ask(build_engine(load_settings()), AGENCY)
    assert (answer.status, answer.text) == ("not_found", EMPTY_INDEX)
    assert (answer.passages, answer.confidence) == ((), 0)
    assert "citewell ingest" in EMPTY_INDEX


def test_a_draft_that_does_not_hold_is_withheld(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the stored text another than what was retrieved, no quote of it would be shown."""
    monkeypatch.setattr("citewell.engine.engine.is_verbatim", lambda *_: False)
    before = REGISTRY.get_sample_value("citewell_statements_withheld_total") or 0.0
    answer = ask(engine, AGENCY)
    assert (REGISTRY.get_sample_value("citewell_statements_withheld_total") or 0.0) > before
    assert (answer.status, answer.statements, answer.message) == ("not_found", (), UNCONFIRMED)


@pytest.mark.parametrize("question", ["?!", "the of and", "x" * 2000, "👩‍💼", "'; drop table --", "[1] {0} %s \\1"])
def test_odd_questions(engine: Engine, question: str) -> None:
    assert ask(engine, question).status in ("answered", "not_found")


def test_a_document_deleted_between_finding_and_quoting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = build_engine(load_settings(answer_threshold=0))
    (tmp_path / "ponds.txt").write_text("Ponds\n\nThe North pond has 42 ducks on it in May.\n", encoding="utf-8")
    sync(engine.store, [tmp_path / "ponds.txt"])
    search = engine.retriever.search

    def search_then_delete(*arguments: object, **options: object) -> object:
        found = search(*arguments, **options)
        engine.store.delete(engine.store.documents()[0].id)
        return found

    monkeypatch.setattr(engine.retriever, "search", search_then_delete)
    assert ask(engine, "How many ducks has the North pond?").status == "answered"
    assert engine.store.documents() == []
