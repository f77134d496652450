"""The sheet that a person fills in, and what is made of it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from scipy.stats import binomtest

from citewell.errors import InputError
from citewell.eval.reply import Reply
from citewell.eval.results import score_run
from citewell.eval.runs import Run, SuiteRecord, save_replies, save_run
from citewell.eval.sheet import FILE, Judgement, draw, judged, judgements, load_sheet, sampled, share
from citewell.settings import load_settings
from citewell.tests.eval.composed import REPLIES


def run_of(folder: Path, *replies: Reply, source: str = "small") -> Path:
    folder.mkdir(exist_ok=True)
    save_replies(folder, "small", replies)
    save_run(
        folder, Run.now(load_settings(), {"small": SuiteRecord(source), "absent": SuiteRecord("a", skipped="gone")})
    )
    return folder


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return run_of(tmp_path / "run", *(reply for _, reply in REPLIES))


def fill(run: Path, **verdicts: str) -> None:
    """Write a verdict by kind into every line but the last of its kind."""
    lines = [json.loads(line) for line in (run / FILE).read_text(encoding="utf-8").splitlines()]
    for kind, verdict in verdicts.items():
        for line in [line for line in lines if line["kind"] == kind][:-1]:
            line["verdict"] = verdict
    (run / FILE).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def test_a_sheet_holds_what_is_needed_to_judge(run: Path) -> None:
    sheet, drawn = draw(run)
    assert sheet == run / FILE
    assert load_sheet(run) == drawn
    assert [(one.item, one.kind) for one in drawn] == [
        ("both", "shown"), ("won", "shown"), ("won", "shown"), ("lost", "shown"), ("kept", "withheld"),
        ("kept", "withheld"),
    ]  # fmt: skip
    assert drawn[1] == Judgement(
        "small", "won", "What of won?", "shown", "The panel met in Mossley Hall.",
        ("note.md · Panel\nThe placement panel met in Mossley Hall.",),
    )  # fmt: skip
    share = "note.md · Posts\nAgency workers filled 37.7% of posts."
    assert drawn[4] == Judgement(
        "small", "kept", "What of kept?", "withheld", "The panel met in Hadfield.", (share, share), (2,), "Hadfield"
    )


def test_a_sample_is_by_chance_and_the_same_every_time(run: Path) -> None:
    _, drawn = draw(run, 2)
    assert [one.kind for one in drawn] == ["shown", "shown", "withheld", "withheld"]
    (run / FILE).unlink()
    assert draw(run, 2)[1] == drawn
    many = [replace(drawn[0], item=str(number)) for number in range(100)]
    places = [int(one.item) for one in sampled(many, 10)]
    assert len(set(places)) == 10
    assert places == sorted(places) != list(range(10))


def test_a_sheet_is_not_written_over(run: Path) -> None:
    draw(run)
    with pytest.raises(InputError, match=r"sheet\.jsonl: is there already; fill it in, or delete it"):
        draw(run)


def test_a_run_without_a_model_has_nothing_to_judge(tmp_path: Path) -> None:
    folder = run_of(tmp_path / "plain", *(reply.in_quotes or reply for _, reply in REPLIES))
    with pytest.raises(InputError, match="no language model wrote in this run"):
        draw(folder)
    assert load_sheet(folder) == []


def test_verdicts_are_counted_of_those_given(run: Path) -> None:
    draw(run)
    assert judged(load_sheet(run), "small") == []
    fill(run, shown="supported", withheld="wrongly withheld")
    [supported, wrongly] = judged(load_sheet(run), "small")
    assert (supported.name, supported.composed) == ("supported_by_hand_of_3", 1)
    assert (wrongly.name, wrongly.composed) == ("wrongly_withheld_by_hand_of_1", 1)
    assert judged(load_sheet(run), "other") == []
    fill(run, shown="not supported", withheld="rightly withheld")
    assert [line.composed for line in judged(load_sheet(run), "small")] == [0, 0]


def test_an_interval_is_that_of_wilson() -> None:
    line = share("supported", 48, 50)
    z, p, n = 1.959964, 0.96, 50
    middle, half = (p + z * z / (2 * n)), z * (p * (1 - p) / n + z * z / (4 * n * n)) ** 0.5
    ends = [(middle + sign * half) / (1 + z * z / n) for sign in (-1, 1)]
    assert line.interval == pytest.approx(ends, abs=1e-4)
    assert line.interval != pytest.approx(tuple(binomtest(48, 50).proportion_ci()), abs=1e-3)


@pytest.mark.parametrize(
    ("kind", "verdict", "allowed"),
    [("shown", "rightly withheld", "supported or not supported"), ("withheld", "yes", "wrongly withheld or rightly")],
)
def test_a_verdict_that_is_none(run: Path, kind: str, verdict: str, allowed: str) -> None:
    draw(run)
    fill(run, **{kind: verdict})
    with pytest.raises(InputError, match=rf"sheet\.jsonl:\d: verdict '{verdict}'; write {allowed}"):
        load_sheet(run)


def test_a_damaged_line(run: Path) -> None:
    (run / FILE).write_text("{}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"sheet\.jsonl:1: not a line of a sheet; draw it anew"):
        load_sheet(run)


def test_scores_have_what_was_judged_in_the_same_table(tmp_path: Path) -> None:
    suite = tmp_path / "small.jsonl"
    items = [item for item, _ in REPLIES]
    kept = ("id", "category", "question", "answerable", "facts", "sources", "must_not")
    lines = [{key: value for key in kept if (value := getattr(item, key)) not in ((), None)} for item in items]
    suite.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    run = run_of(tmp_path / "run", *(reply for _, reply in REPLIES), source=str(suite))
    draw(run)
    fill(run, shown="supported")
    [result] = score_run(run).scored
    assert result.beside
    assert result.beside.lines[-1].name == "supported_by_hand_of_3"
    assert result.beside.lines[0].name == "accuracy"


def test_only_a_models_sentences_are_judged() -> None:
    [*_, kept, refused] = (reply for _, reply in REPLIES)
    assert [one.kind for one in judgements("small", kept)] == ["withheld", "withheld"]
    assert list(judgements("small", refused)) == []
