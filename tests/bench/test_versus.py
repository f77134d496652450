"""Both pipelines over the same three articles, with the real model."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from citewell.bench import versus
from citewell.eval.reading import load_reading
from citewell.eval.scores import Score

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def one_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versus, "ROUNDS", 1)
    monkeypatch.setenv("ANONYMIZED_TELEMETRY", "False")  # put back afterwards: main sets it


def test_the_same_work(squad: Path, capsys: Captured) -> None:
    versus.main(squad, as_data=True)
    found = json.loads(capsys.readouterr().out)
    own, plain, long = ({key: score["value"] for key, score in figures.items()} for figures in found.values())
    assert list(found) == ["Citewell", *versus.SPLITS]
    for figures in (own, plain, long):
        assert figures["passages"] == 3
        assert figures["hit@1"] == figures["mrr"] == 1
        assert figures["right in first passage"] == 1
    assert (own["passages after that"], plain["passages after that"], long["passages after that"]) == (3, 6, 6)
    assert own["right in shown"] == 1
    assert plain["characters of shown"] <= plain["characters of first passage"]
    assert plain["retrieve p50, ms"] == plain["ask p50, ms"]
    assert own["retrieve p50, ms"] < own["ask p50, ms"]
    assert (plain["refused of near_miss"], own["refused of answerable"]) == (0, 0)


def test_a_bad_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"^versus: .*nothing\.json: no such file"):
        versus.main(tmp_path / "nothing.json")


def test_questions_are_drawn_alike_each_time(squad: Path, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    benchmark = load_reading(squad, tmp_path / "docs")
    drawn = versus.draw(benchmark, 2)
    assert drawn == versus.draw(benchmark, 2) == replace(benchmark, items=drawn.items)
    assert len(drawn.items) == 2
    assert versus.draw(benchmark, 0) == versus.draw(benchmark, 9) == benchmark


def test_ratios_are_the_first_over_the_others() -> None:
    own = {"s": Score(2.5, 1, 300.4), "refused": Score(0.5, 0.5, 0.5)}
    shown = versus.table({"own": own, "other": {"s": Score(4, 4, 4), "refused": Score(0, 0, 0)}, "third": {}})
    rows = list(zip(*(column.cells for column in shown.columns), strict=True))
    assert rows == [("s", "2.5 (1 to 300)", "4", "0.62", "–", "–"), ("refused", "0.500", "0", "–", "–", "–")]
