"""Composed answers beside quotes answers: each number worked out by hand."""

from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from citewell.eval.beside import Beside, Line, beside, support_of
from citewell.eval.dataset import Item
from citewell.eval.gate import Suite
from citewell.eval.judge import judge
from citewell.eval.reply import Reply
from citewell.eval.report import FILE, SUMMARY, save_report
from citewell.eval.results import Result, Results, result_of, save_results
from citewell.eval.runs import Run, SuiteRecord
from citewell.eval.tables import as_json, show
from citewell.tests.eval.composed import BOTH, REPLIES
from citewell.tests.eval.replies import OUTSIDE

LINES = {
    "accuracy": (3 / 4, 3 / 4, 1.0),  # in quotes "won" is wrong, composed "lost" is
    "citation": (3 / 4, 3 / 4, 1.0),
    "citation_precision": (3 / 4, 4 / 6, None),
    "citation_recall": (3 / 4, 4 / 4, None),
    "refusal_precision": (1, 1, None),
    "refusal_recall": (1, 1, None),
    "length": (37, 37, None),
    "answers_composed": (None, 3 / 4, None),
    "sentences_shown": (None, 4, None),
    "sentences_withheld": (None, 2, None),
    "sentences_supported": (None, 3 / 4, None),
    "composed_citation_precision": (None, 3 / 5, None),
    "unsupported_claims": (None, 1, None),
    "first_sentence_p50": (None, 5000, None),
    "first_sentence_p95": (None, 8000, None),
    "latency_p50": (50, 6000, None),
    "latency_p95": (50, 9000, None),
}


def table(pairs: list[tuple[Item, Reply]]) -> Beside:
    found = beside([(item, reply, judge(item, reply)) for item, reply in pairs])
    assert found
    return found


@pytest.fixture(scope="module")
def result() -> Result:
    items, replies = zip(*REPLIES, strict=True)
    return result_of(Suite("small", Path("small.jsonl")), items, replies)


@pytest.fixture(scope="module")
def results(result: Result) -> Results:
    record = {"small": SuiteRecord("small.jsonl", "f00d", 1)}
    return Results(Run("2026-03-01T09:05:00+00:00", {}, {}, record), (result,))


@pytest.mark.parametrize(("name", "expected"), LINES.items())
def test_a_line(name: str, expected: tuple[float | None, float | None, float | None]) -> None:
    line = {line.name: line for line in table(REPLIES).lines}[name]
    assert line.p == expected[2]
    for value, wanted in zip((line.quotes, line.composed), expected, strict=False):
        assert value == (None if wanted is None else pytest.approx(wanted, abs=1e-4))


def test_there_are_no_other_lines() -> None:
    assert [line.name for line in table(REPLIES).lines] == list(LINES)


def test_every_line_is_in_the_documentation() -> None:
    page = (Path(__file__).parents[2] / "docs" / "evaluation.md").read_text(encoding="utf-8")
    assert [name for name in LINES if f"`{name}`" not in page] == []


def test_items_that_changed_and_claims_that_nothing_holds_are_named() -> None:
    found = table(REPLIES)
    assert (found.right.gained, found.right.lost) == (("won",), ("lost",))
    assert found.unsupported == {"lost": ("38%",)}


def test_the_pairs_are_tested() -> None:
    [_, won, *_] = REPLIES
    items = [replace(won[0], id=f"won-{number}") for number in range(6)]
    lines = table([(item, replace(won[1], item=item.id)) for item in items]).lines
    assert [(line.points, line.p) for line in lines if line.name == "accuracy"] == [(100, 2 / 2**6)]


def test_what_is_right_and_what_is_proven_are_tested_apart() -> None:
    item, reply = REPLIES[0]
    unproven = replace(reply, quotes=reply.quotes[1:], statements=())
    pairs = [(replace(item, id=str(number)), replace(unproven, item=str(number))) for number in range(6)]
    lines = {line.name: line for line in table(pairs).lines}
    assert (lines["accuracy"].p, lines["citation"].p) == (1, 2 / 2**6)


def test_only_answerable_items_are_compared() -> None:
    _, answered = REPLIES[0]
    refused = replace(REPLIES[-1][1], item=OUTSIDE.id)
    found = table([(OUTSIDE, replace(answered, item=OUTSIDE.id, in_quotes=refused))])
    assert (found.right.lost, found.right.gained) == ((), ())
    assert {line.name: line.quotes for line in found.lines}["refusal_recall"] == 1


def test_a_failure_of_the_second_asking_is_no_time() -> None:
    item, reply = REPLIES[0]
    lines = {line.name: line for line in table([(item, replace(reply, in_quotes=Reply.failed(item, "gone")))]).lines}
    assert (lines["latency_p50"].quotes, lines["accuracy"].quotes) == (None, 0)


def test_a_run_without_a_model_has_no_table() -> None:
    pairs = [(item, reply.in_quotes or reply) for item, reply in REPLIES]
    assert beside([(item, reply, judge(item, reply)) for item, reply in pairs]) is None


def test_support_counts_sentences_and_citations() -> None:
    support = support_of(REPLIES[0][1])
    assert (support.sentences, support.supported, support.citations, support.precise) == (1, 1, 2, 1)
    assert support.unsupported == ()


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        (Line("accuracy", 0.75, 0.725, p=0.5), ("0.750", "0.725", "-2.5", "0.500")),
        (Line("sentences", None, 3, "count"), ("", "3", "", "")),
        (Line("latency", 50, 6000.4, "ms"), ("50", "6000", "", "")),
        (Line("judged", None, 0.96, interval=(0.865, 0.989)), ("", "0.960 (0.865 to 0.989)", "", "")),
    ],
)
def test_how_a_line_is_shown(line: Line, cells: tuple[str, ...]) -> None:
    assert line.cells == cells


def test_the_terminal_shows_the_table(results: Results) -> None:
    out = StringIO()
    show(results, Console(file=out, width=200))
    text = " ".join(out.getvalue().replace("│", " ").split())
    assert "accuracy 0.750 0.750 +0.0 1.000 " in text
    assert "first sentence p95, ms 8000 " in text
    assert "right only when composed: won right only in quotes: lost unsupported lost: 38%" in text


def test_data_report_and_summary_have_it(results: Results, tmp_path: Path) -> None:
    data = as_json(results)["suites"][0]["composed"]
    assert data["lines"]["accuracy"]["points"] == 0
    assert data["lines"]["sentences_shown"]["composed"] == 4
    assert data["unsupported"] == {"lost": ("38%",)}
    save_results(tmp_path, results)
    assert '"sentences_withheld"' in (tmp_path / "composed.json").read_text(encoding="utf-8")
    save_report(tmp_path, results)
    page = (tmp_path / FILE).read_text(encoding="utf-8")
    assert "Composed answers beside quotes answers</h3>" in page
    assert (
        '<th scope="row">composed citation precision</th><td class="number"></td><td class="number">0.600</td>' in page
    )
    assert '<li>38% <span class="muted">lost</span></li>' in page
    summary = (tmp_path / SUMMARY).read_text(encoding="utf-8")
    assert "| composed beside quotes | quotes | composed | points | p |\n|---|---|---|---|---|\n| accuracy |" in summary
    assert "\n| latency p95, ms | 50 | 9000 |  |  |\n" in summary


def test_nothing_is_said_of_a_model_that_was_not_asked(tmp_path: Path) -> None:
    plain = result_of(Suite("small", Path("small.jsonl")), [BOTH], [REPLIES[0][1].in_quotes])  # type: ignore[list-item]
    results = Results(Run("2026-03-01T09:05:00+00:00", {}, {}, {"small": SuiteRecord("small.jsonl")}), (plain,))
    assert "composed" not in as_json(results)["suites"][0]
    save_results(tmp_path, results)
    save_report(tmp_path, results)
    assert not (tmp_path / "composed.json").exists()
    assert "omposed" not in "".join((tmp_path / name).read_text(encoding="utf-8") for name in (FILE, SUMMARY))
