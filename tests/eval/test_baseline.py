"""The baseline: what may not be lost."""

import json
from pathlib import Path

import pytest

from citewell.errors import InputError
from citewell.eval import baseline
from citewell.eval.baseline import COMMITTED, Accepted, Comparison, accept, compare, load_outcomes, save_outcomes
from citewell.eval.dataset import load_suite
from citewell.eval.gate import choose_suites


def test_items_are_compared_pair_by_pair() -> None:
    before = {"kept": True, "lost": True, "gained": False, "still-wrong": False, "gone": True, "gone-wrong": False}
    now = {"kept": True, "lost": False, "gained": True, "still-wrong": False, "new": False}
    assert compare(before, now) == Comparison(("gained",), ("lost",), ("new",), ("gone",), 1.0)


def test_chance_is_told() -> None:
    before = {f"item-{n}": True for n in range(8)}
    assert compare(before, dict.fromkeys(before, False)).p == pytest.approx(2 / 2**8)


def test_outcomes_come_back_from_file_folder_and_name(tmp_path: Path) -> None:
    outcomes = {"small": {"b": True, "a": False}}
    save_outcomes(outcomes, tmp_path / baseline.FILE)
    assert load_outcomes(tmp_path) == load_outcomes(tmp_path / baseline.FILE) == outcomes
    assert load_outcomes(Path("baseline")) == load_outcomes(COMMITTED)


def test_an_item_a_line_in_order(tmp_path: Path) -> None:
    save_outcomes({"small": {"b": True, "a": False}}, tmp_path / "file.json")
    lines = [line.strip() for line in (tmp_path / "file.json").read_text(encoding="utf-8").splitlines()]
    assert lines[2:4] == ['"a": false,', '"b": true']


@pytest.mark.parametrize("content", [None, "", "{", '{"small": {"a": "yes"}}', "[]"])
def test_what_holds_no_outcomes(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "outcomes.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"outcomes\.json: (holds no outcomes|no such file or folder); give"):
        load_outcomes(path)


def test_accepting_a_run_changes_its_suites_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    committed = tmp_path / "baseline.json"
    monkeypatch.setattr(baseline, "COMMITTED", committed)
    save_outcomes({"one": {"a": True}, "two": {"b": True}}, committed)
    (tmp_path / "run").mkdir()
    save_outcomes({"two": {"b": False, "c": True}}, tmp_path / "run" / baseline.FILE)
    assert accept(tmp_path / "run") == [Accepted("two", 1, ("b",))]
    assert json.loads(committed.read_text(encoding="utf-8")) == {"one": {"a": True}, "two": {"b": False, "c": True}}


@pytest.mark.parametrize("name", [suite.name for suite in choose_suites()])
def test_the_committed_one_is_of_the_committed_suites(name: str) -> None:
    [suite] = choose_suites([name])
    assert set(load_outcomes(COMMITTED)[name]) == {item.id for item in load_suite(suite.path)}
    assert set(load_outcomes(COMMITTED)) == {suite.name for suite in choose_suites()}
