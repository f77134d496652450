"""Running suites: what is asked, judged and skipped. The engine is the real one."""

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from citewell.app import build_eval_engine
from citewell.engine.answer import Question
from citewell.engine.engine import Engine
from citewell.errors import InputError, ModelError
from citewell.eval.dataset import load_suite
from citewell.eval.gate import Suite
from citewell.eval.report import as_json, show
from citewell.eval.runner import Skipped, SuiteRun, ask_all, judge_all, run_suites
from citewell.settings import load_settings

NOTE = "# Agency staff\n\nIn July 2024 the share of agency social workers was 37.7%. The panel met in Hyde Town Hall.\n"
ITEMS = [
    {"id": "share", "category": "figure", "question": "What was the share of agency social workers in July 2024?",
     "answerable": True, "facts": [["37.7%"]], "sources": ["note.md"]},
    {"id": "wrong", "category": "figure", "question": "What was the share of agency social workers?",
     "answerable": True, "facts": [["99%"]], "sources": ["note.md"]},
]  # fmt: skip


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "note.md").write_text(NOTE, encoding="utf-8")
    path = tmp_path / "small.jsonl"
    path.write_text("\n".join(map(json.dumps, ITEMS)), encoding="utf-8")
    return Suite("small", path, tmp_path / "papers", {}, {"accuracy": 0.85})


@pytest.fixture
def absent(tmp_path: Path) -> Suite:
    return Suite("absent", tmp_path / "absent.jsonl", None, {"a.txt": "0" * 64}, {})


def engine_for(name: str) -> Engine:
    return build_eval_engine(load_settings(), name)


def test_a_suite_is_run_on_an_index_of_its_own(suite: Suite, home: Path) -> None:
    [run] = run_suites([suite], None, engine_for)
    assert isinstance(run, SuiteRun)
    assert [(verdict.item, verdict.right, verdict.cited) for verdict in run.verdicts] == [
        ("share", True, True),
        ("wrong", False, False),
    ]
    assert all(quote.verbatim for reply in run.replies for quote in reply.quotes)
    assert run.missed == ("accuracy 0.500 < 0.850",)
    assert (home / "eval" / "small").is_dir()
    assert not (home / "chroma").exists()


def test_two_runs_give_the_same_scores(suite: Suite) -> None:
    first, second = (next(run_suites([suite], None, engine_for)) for _ in range(2))
    assert isinstance(first, SuiteRun) and isinstance(second, SuiteRun)
    assert first.scores == second.scores


def test_a_report_names_what_failed(suite: Suite) -> None:
    [run] = run_suites([suite], None, engine_for)
    out = StringIO()
    show(run, Console(file=out, width=200))
    assert "wrong What was the share of agency social workers?" in out.getvalue()
    assert "expected: 99%" in out.getvalue()
    assert "gate not met: accuracy 0.500 < 0.850" in out.getvalue()
    data = json.loads(json.dumps(as_json(run)))
    assert [failure["id"] for failure in data["failed"]] == ["wrong"]
    assert data["missed"] == ["accuracy 0.500 < 0.850"]


def test_a_suite_without_its_documents_is_skipped(absent: Suite) -> None:
    [skipped] = run_suites([absent], None, engine_for)
    assert isinstance(skipped, Skipped)
    out = StringIO()
    show(skipped, Console(file=out, width=200))
    assert out.getvalue().count("\n") == 1
    assert "absent skipped: its documents are not part of the project" in out.getvalue()


def test_when_asked_for_it_is_an_error(absent: Suite, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"suite absent: .*a\.txt: no such file"):
        list(run_suites([absent], tmp_path, engine_for, strict=True))


class FailingEngine(Engine):
    """An engine whose model does not answer."""

    def __init__(self) -> None:
        pass

    def ask(self, question: Question) -> None:  # type: ignore[override]
        raise ModelError(f"model: no answer to {question.text}")


def test_a_question_that_fails_is_told_and_counts_as_wrong(suite: Suite) -> None:
    items = load_suite(suite.path)
    run = judge_all(suite, items, ask_all(FailingEngine(), items))
    assert run.scores.accuracy == 0
    assert as_json(run)["failed"][0]["answer"].startswith("model: no answer")
