"""The reading benchmark from file to tables, with the real engine."""

import json
from pathlib import Path

import pytest

from citewell.bench.reading import main
from citewell.eval.runs import load_replies, load_run

Captured = pytest.CaptureFixture[str]


def test_a_run_is_kept_and_scored(squad: Path, tmp_path: Path, capsys: Captured) -> None:
    out = tmp_path / "run"
    main(squad, out, as_data=True)
    told = capsys.readouterr()
    data = json.loads(told.out)
    assert "left out, for want of a word in question or answers: mute\n" in told.err
    overall = {name: score["value"] for name, score in data["scores"]["overall"].items()}
    assert (overall["accuracy"], overall["hit@1"], overall["mrr"], overall["verbatim"]) == (1, 1, 1, 1)
    assert set(data["refusals"]) == {"near_miss", "near_miss, unseen"}
    replies = load_replies(out, "small")
    assert [reply.item for reply in replies] == ["Ponds", "near", "Roads", "Bakers"]
    refused = {reply.item: reply.status == "not_found" for reply in replies}
    assert data["refusals"]["near_miss"]["refusal_recall"]["value"] == refused["near"]
    assert load_run(out).suites["small"].documents == 3
    assert json.loads((out / "scores.json").read_text())["small"]["items"] == 4


def test_tables(squad: Path, capsys: Captured) -> None:
    main(squad)
    out = capsys.readouterr().out
    assert "small: 4 items" in out
    for row in ("hit@1 ", "mrr ", "latency p95, ms", "answerable ", "near_miss "):
        assert f"│ {row}" in out


def test_a_bad_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as raised:
        main(tmp_path / "nothing.json")
    assert str(raised.value).startswith("reading: ")
    assert "nothing.json: no such file or directory; give a folder" in str(raised.value)
