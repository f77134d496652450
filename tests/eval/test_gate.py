"""The gate: suites, their documents, and floors."""

import hashlib
from pathlib import Path

import pytest

from citewell.errors import InputError
from citewell.eval.dataset import load_suite
from citewell.eval.gate import Suite, choose_suites, find_documents, missed_floors
from citewell.eval.scores import MEASURES, Category, Score, Scores, score

TEXT = b"The share was 37.7%."
SUITE = Suite("small", Path("small.jsonl"), None, {"a.txt": hashlib.sha256(TEXT).hexdigest()}, {"accuracy": 0.85})


def test_all_suites_unless_named() -> None:
    assert [suite.name for suite in choose_suites()] == ["samples", "tameside", "unseen", "fresh", "blind", "sealed"]
    assert [suite.name for suite in choose_suites(["tameside"])] == ["tameside"]


def test_an_unknown_suite_is_named_with_those_there_are() -> None:
    with pytest.raises(InputError, match="suite nosuch: there is none; choose from samples, tameside, unseen, fresh"):
        choose_suites(["nosuch"])


def test_a_suite_may_be_a_file_of_ones_own(tmp_path: Path) -> None:
    mine = tmp_path / "mine.jsonl"
    with pytest.raises(InputError, match=r"mine\.jsonl: no such file"):
        choose_suites([str(mine)])
    mine.touch()
    assert choose_suites([str(mine)]) == [Suite("mine", mine)]
    [samples] = choose_suites(["samples"])
    assert choose_suites([str(samples.path)]) == [samples]
    assert [choose_suites([suite.source]) for suite in choose_suites()] == [[suite] for suite in choose_suites()]


def test_a_suite_may_be_asked_of_another_suites_documents() -> None:
    [tameside, unseen] = choose_suites(["tameside", "unseen"])
    assert tameside.documents == unseen.documents != {}


def test_its_documents_are_what_is_given(tmp_path: Path) -> None:
    assert find_documents(Suite("mine", Path("mine.jsonl")), tmp_path) == [tmp_path]


@pytest.mark.parametrize("suite", choose_suites(), ids=lambda suite: suite.name)
def test_every_category_has_a_floor(suite: Suite) -> None:
    assert set(suite.category_floors) == {item.category for item in load_suite(suite.path)}
    assert {"accuracy", "citation", "verbatim", "refusal_precision", "refusal_recall"} <= set(suite.floors)


def test_a_floor_is_under_a_share() -> None:
    with pytest.raises(InputError, match=r"gate\.toml: small: no score is named length; choose from accuracy, "):
        Suite.of("small", {"floors": {"length": 400}})
    assert Suite.of("small", {"floors": dict.fromkeys(MEASURES, 0.5)}).floors


def test_the_samples_are_at_hand() -> None:
    [suite] = choose_suites(["samples"])
    [folder] = find_documents(suite, None)
    assert any(folder.iterdir())


def test_the_documents_that_the_facts_were_taken_from(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(TEXT)
    assert find_documents(SUITE, tmp_path) == [tmp_path / "a.txt"]


def test_another_text_under_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(TEXT + b"\n")
    with pytest.raises(InputError, match=r"a\.txt: not the text that the facts were taken from"):
        find_documents(SUITE, tmp_path)


def test_documents_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        find_documents(SUITE, tmp_path)
    with pytest.raises(InputError, match="give their folder with --docs"):
        find_documents(SUITE, None)


def test_floors() -> None:
    half = Score(0.5, 0.4, 0.6)
    scores = Scores(4, {"accuracy": half, "mrr": half}, {"list": Category(2, 1, half)}, [])
    floors = {"accuracy": 0.5, "mrr": 0.51}
    assert missed_floors(scores, Suite("small", Path("x"), floors=floors)) == ["mrr 0.500 < 0.510"]
    small = Suite("small", Path("x"), floors=floors, category_floors={"list": 0.6})
    assert missed_floors(scores, small) == ["mrr 0.500 < 0.510", "list 0.500 < 0.600"]


def test_what_is_not_measured_reaches_no_floor() -> None:
    small = Suite("small", Path("x"), floors={"verbatim": 0.0}, category_floors={"list": 0.0})
    assert missed_floors(score([]), small) == ["verbatim not measured < 0.000", "list not measured < 0.000"]
