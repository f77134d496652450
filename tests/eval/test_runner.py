"""Asking suites and scoring what they gave. The engine is the real one."""

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from citewell.app import build_eval_engine
from citewell.engine.answer import Answer, Citation, Dropped, Question, Statement, Wording
from citewell.engine.engine import Engine
from citewell.errors import InputError, ModelError
from citewell.eval.dataset import load_suite
from citewell.eval.gate import Suite, at_hand
from citewell.eval.reply import Reply, Said
from citewell.eval.results import Result, Results, Skipped, result_of, save_results, score_run
from citewell.eval.runner import ask_all, ask_suites
from citewell.eval.runs import load_replies, load_run
from citewell.eval.tables import as_json, show
from citewell.index.passage import Passage
from citewell.ingest.chunk import Chunk
from citewell.settings import load_settings


@pytest.fixture
def absent(tmp_path: Path) -> Suite:
    return Suite("absent", tmp_path / "absent.jsonl", None, {"a.txt": "0" * 64}, {})


def engine_for(name: str) -> Engine:
    return build_eval_engine(load_settings(), name)


def ask(folder: Path, *suites: Suite, docs: Path | None = None, strict: bool = False) -> Path:
    folder.mkdir(exist_ok=True)
    ask_suites(at_hand(suites, docs, strict), engine_for, load_settings(), folder)
    return folder


def scored(folder: Path, suite: Suite, before: dict[str, bool] | None = None) -> Result:
    """The result with the suite's floors: one from outside the gate has none when it is found again by its file."""
    outcomes = None if before is None else {suite.name: before}
    return result_of(suite, load_suite(suite.path), load_replies(folder, suite.name), before=outcomes)


def printed(*results: Result | Skipped, folder: Path) -> str:
    out = StringIO()
    show(Results(load_run(folder), results), Console(file=out, width=200))
    return out.getvalue()


def test_a_suite_is_asked_on_an_index_of_its_own(suite: Suite, home: Path, tmp_path: Path) -> None:
    folder = ask(tmp_path / "run", suite)
    [first, second] = load_replies(folder, "small")
    assert "37.7%" in first.text
    assert all(quote.verbatim for reply in (first, second) for quote in reply.quotes)
    assert (home / "eval" / "small").is_dir()
    assert not (home / "chroma").exists()


def test_a_run_says_what_was_asked_of_what(suite: Suite, absent: Suite, tmp_path: Path) -> None:
    run = load_run(ask(tmp_path / "run", suite, absent))
    assert run.suites["small"].index
    assert run.suites["small"].documents == 1
    assert run.suites["absent"].skipped.startswith("its documents are not part of the project")
    assert run.settings["answer_threshold"] == load_settings().answer_threshold


def test_a_suite_of_ones_own_is_scored_from_its_file(suite: Suite, tmp_path: Path) -> None:
    results = score_run(ask(tmp_path / "run", suite))
    [result] = results.scored
    assert result.outcomes == {"share": True, "wrong": False}
    assert results.met  # nothing is asked of it but what it passed before


def test_two_runs_give_the_same_bytes(suite: Suite, tmp_path: Path) -> None:
    folders = [ask(tmp_path / name, suite) for name in ("one", "two")]
    for folder in folders:
        save_results(folder, score_run(folder))
    for name in ("scores.json", "outcomes.json"):
        first, second = ((folder / name).read_bytes() for folder in folders)
        assert first == second
        assert json.loads(first)["small"]


def test_scoring_again_takes_the_facts_as_they_are_now(suite: Suite, tmp_path: Path) -> None:
    folder = ask(tmp_path / "run", suite)
    suite.path.write_text(suite.path.read_text(encoding="utf-8").replace("99%", "37.7%"), encoding="utf-8")
    [result] = score_run(folder).scored
    assert result.outcomes == {"share": True, "wrong": True}


def test_scoring_again_refuses_another_question(suite: Suite, tmp_path: Path) -> None:
    folder = ask(tmp_path / "run", suite)
    suite.path.write_text(suite.path.read_text(encoding="utf-8").replace("What was", "Which was"), encoding="utf-8")
    with pytest.raises(InputError, match="item share: not asked like this in that run; run citewell eval anew"):
        score_run(folder)


def test_the_gate_names_floors_and_lost_items(suite: Suite, tmp_path: Path) -> None:
    folder = ask(tmp_path / "run", suite)
    result = scored(folder, suite, {"share": True, "wrong": True})
    assert result.missed == ("accuracy 0.500 < 0.850", "list 0.000 < 1.000")
    assert [row[0].id for row in result.lost] == ["wrong"]
    assert not result.met
    text = printed(result, folder=folder)
    assert "lost wrong What was the share of agency social workers?\n" in text
    assert "expected: 99%" in text
    assert (
        "gate not met: lost wrong “What was the share of agency social workers?”; floor accuracy 0.500 < 0.850" in text
    )
    data = json.loads(json.dumps(as_json(Results(load_run(folder), (result,)))))
    assert data["met"] is False
    assert data["suites"][0]["comparison"]["lost"] == ["wrong"]
    assert [failure["id"] for failure in data["suites"][0]["failed"]] == ["wrong"]


def test_what_failed_before_may_fail_again(suite: Suite, tmp_path: Path) -> None:
    suite.floors.clear()
    suite.category_floors.clear()
    folder = ask(tmp_path / "run", suite)
    result = scored(folder, suite, {"share": False, "wrong": False})
    assert result.met
    assert "small gate met, 1 of 2 pass; 0 lost, 1 gained (share), p = 1.000" in printed(result, folder=folder)


def test_an_item_that_passed_may_not_be_taken_away(suite: Suite, tmp_path: Path) -> None:
    suite.floors.clear()
    suite.category_floors.clear()
    folder = ask(tmp_path / "run", suite)
    result = scored(folder, suite, {"share": True, "taken": True, "taken-wrong": False})
    assert not result.met
    assert "small gate not met: gone taken; 0 lost" in printed(result, folder=folder)


def test_a_suite_that_nothing_is_asked_of_is_not_met(suite: Suite, tmp_path: Path) -> None:
    suite.floors.clear()
    suite.category_floors.clear()
    folder = ask(tmp_path / "run", suite)
    assert "small 1 of 2 pass; held to no floor and no baseline" in printed(scored(folder, suite), folder=folder)


def test_a_suite_without_its_documents_is_told_in_one_line(absent: Suite, tmp_path: Path) -> None:
    folder = ask(tmp_path / "run", absent)
    [skipped] = score_run(folder).suites
    assert isinstance(skipped, Skipped)
    text = printed(skipped, folder=folder)
    assert text.count("\n") == 1
    assert text.startswith("absent skipped: its documents are not part of the project")


def test_when_asked_for_it_is_an_error(absent: Suite, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"suite absent: .*a\.txt: no such file"):
        ask(tmp_path / "run", absent, docs=tmp_path, strict=True)


class FailingEngine(Engine):
    """An engine whose model does not answer."""

    def __init__(self) -> None:
        pass

    def ask(self, question: Question, _: Wording = "auto") -> None:  # type: ignore[override]
        raise ModelError(f"model: no answer to {question.text}")


def test_a_question_that_fails_is_told_and_counts_as_wrong(suite: Suite) -> None:
    items = load_suite(suite.path)
    result = result_of(suite, items, ask_all(FailingEngine(), items))
    assert result.scores.overall["accuracy"].value == 0
    assert result.milliseconds == {}
    assert [row[1].error for row in result.failures] == [f"model: no answer to {item.question}" for item in items]


def test_progress_names_each_question(suite: Suite) -> None:
    items = load_suite(suite.path)
    told: list[tuple[str, int, int]] = []
    ask_all(FailingEngine(), items, lambda *step: told.append(step))
    assert told == [(items[0].question, 1, 2), (items[1].question, 2, 2)]


TEXT = "Posts\t2024\nAgency\t37.7%\n"
ROW = Citation(7, "d1", "staff.csv", "Staffing", None, "p. 3 · Posts · row: Agency", "Agency\t37.7%", 11, 23)
CHUNK = Chunk("d1", "staff.csv", "Staffing", None, 0, "table", ("Posts",), 3, 0, 24, TEXT, (), "", ("Posts", "2024"))
ELSEWHERE = replace(CHUNK, headings=("Elsewhere",), start=24, end=48)
QUOTED = Answer(
    "share", "What was it?", "answered", (Statement("Agency: 37.7%", (7,)),), (ROW,),
    tuple(Passage(chunk, 0.9, 5.0, (), 1.0, 1) for chunk in (CHUNK, ELSEWHERE)), 0.9, ms={"total": 50.04},
)  # fmt: skip


DROPPED = Dropped("It was 38%.", "figure 38%", (1,))


class ComposingEngine(Engine):
    """An engine whose model words every answer; `asked` is how it was asked."""

    def __init__(self, **words: Any) -> None:
        self.asked: list[tuple[str, Wording]] = []
        self.words = {"answers": "llm", "ms": {"total": 9000.04, "write": 8900.0, "first": 4321.06}} | words
        self.store = SimpleNamespace(chunks_of=lambda _: [CHUNK])  # type: ignore[assignment]

    def ask(self, question: Question, wording: Wording = "auto") -> Answer:
        self.asked.append((question.id, wording))
        if wording == "quotes":
            return QUOTED
        worded = Statement("In 2024 the agency share was 37.7%.", (7,), "supported")
        usual = {"statements": (worded,), "dropped": (DROPPED,), "note": "One sentence is not shown."}
        return replace(QUOTED, **usual | self.words)


def replies_of(engine: ComposingEngine, suite: Suite, wording: Wording = "auto") -> list[Reply]:
    return ask_all(engine, load_suite(suite.path)[:1], wording=wording)


def test_an_item_that_a_model_was_asked_about_is_asked_again_for_quotes(suite: Suite) -> None:
    engine = ComposingEngine()
    [reply] = replies_of(engine, suite)
    assert engine.asked == [("share", "auto"), ("share", "quotes")]
    assert (reply.answers, reply.first_ms, reply.ms) == ("llm", 4321.1, 9000.0)
    assert reply.statements == (Said("In 2024 the agency share was 37.7%.", "supported", (0,)),)
    assert reply.composed == reply.statements
    assert reply.dropped == (DROPPED,)
    assert reply.note == "One sentence is not shown."
    assert reply.in_quotes
    assert (reply.in_quotes.text, reply.in_quotes.answers, reply.in_quotes.ms) == ("Agency: 37.7%", "quotes", 50.0)
    assert (reply.in_quotes.first_ms, reply.in_quotes.composed) == (None, ())


def test_what_stands_over_a_quote_is_kept_without_its_page(suite: Suite) -> None:
    [reply] = replies_of(ComposingEngine(), suite)
    [quote] = reply.quotes
    assert quote.verbatim
    assert set(quote.over.split("\n")) == {"Staffing", "Posts · row: Agency", "Posts", "Posts\t2024"}


def test_a_model_of_which_nothing_is_shown_was_asked_all_the_same(suite: Suite) -> None:
    engine = ComposingEngine(answers="quotes", statements=QUOTED.statements, ms={"total": 3000.0, "write": 2900.0})
    [reply] = replies_of(engine, suite)
    assert (reply.answers, reply.first_ms, reply.composed) == ("quotes", None, ())
    assert reply.in_quotes


@pytest.mark.parametrize(("wording", "asked"), [("quotes", ["quotes"]), ("llm", ["llm", "quotes"])])
def test_the_wording_is_passed_on(suite: Suite, wording: Wording, asked: list[Wording]) -> None:
    engine = ComposingEngine()
    replies_of(engine, suite, wording)
    assert [how for _, how in engine.asked] == asked
