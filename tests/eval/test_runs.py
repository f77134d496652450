"""The folder of a run."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from citewell.errors import InputError
from citewell.eval.reply import Asked, Quote, Reply
from citewell.eval.runs import (
    Run,
    SuiteRecord,
    dated_folder,
    load_replies,
    load_run,
    new_folder,
    save_replies,
    save_run,
)
from citewell.settings import load_settings
from citewell.tests.eval.composed import REPLIES
from citewell.tests.eval.replies import ANSWER, REFUSAL


@pytest.fixture
def run() -> Run:
    settings = load_settings(chroma_url="http://user:secret@chroma:8000", top_k=7)
    return Run.now(settings, {"small": SuiteRecord("small", "abc", 2), "absent": SuiteRecord("absent", skipped="gone")})


def test_a_run_comes_back(run: Run, tmp_path: Path) -> None:
    save_run(tmp_path, run)
    assert load_run(tmp_path) == run


def test_replies_come_back(tmp_path: Path) -> None:
    replies = [ANSWER, replace(REFUSAL, rewritten="Who won the cup?"), *(reply for _, reply in REPLIES)]
    save_replies(tmp_path, "small", replies)
    assert load_replies(tmp_path, "small") == replies


def test_replies_from_before_there_were_models_come_back(tmp_path: Path) -> None:
    line = {"item": "a", "asked": {"question": "What?"}, "status": "answered", "text": "It.", "ms": 12.0,
            "quotes": [{"document": "a.md", "text": "It.", "verbatim": True, "start": 1, "locator": "A"}]}  # fmt: skip
    (tmp_path / "small.answers.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")
    [reply] = load_replies(tmp_path, "small")
    assert reply == Reply("a", Asked("What?"), "answered", "It.", (Quote("a.md", "It.", True, 1, "A"),), ms=12.0)
    assert (reply.in_quotes, reply.composed, reply.answers) == (None, (), "quotes")


def test_a_record_says_how_and_not_where(run: Run, tmp_path: Path) -> None:
    assert run.settings["top_k"] == 7
    assert run.versions["citewell"]
    save_run(tmp_path, run)
    assert "secret" not in (tmp_path / "run.json").read_text(encoding="utf-8")


def test_a_folder_is_made_and_a_former_run_makes_way(run: Run, tmp_path: Path) -> None:
    folder = new_folder(tmp_path / "runs" / "one")
    save_replies(folder, "small", [ANSWER])
    save_run(folder, run)
    assert list(new_folder(folder).iterdir()) == []


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear Sir", encoding="utf-8")
    with pytest.raises(InputError, match="holds something else than a run; give a new folder with --out"):
        new_folder(tmp_path)
    assert (tmp_path / "letter.txt").exists()


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be used"):
        new_folder(tmp_path / "file")


def test_what_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not the folder of a run; give one that citewell eval made"):
        load_run(tmp_path)
    with pytest.raises(InputError, match=r"small\.answers\.jsonl: cannot be read as replies"):
        load_replies(tmp_path, "small")


def test_runs_go_under_the_home(tmp_path: Path) -> None:
    assert dated_folder(tmp_path).parent == tmp_path / "eval" / "runs"
