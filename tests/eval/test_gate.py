"""The gate: suites, their documents, and floors."""

import hashlib
from pathlib import Path

import pytest

from citewell.errors import InputError
from citewell.eval.gate import Suite, choose_suites, find_documents, missed_floors
from citewell.eval.metrics import score

TEXT = b"The share was 37.7%."
SUITE = Suite("small", Path("small.jsonl"), None, {"a.txt": hashlib.sha256(TEXT).hexdigest()}, {"accuracy": 0.85})


def test_all_suites_unless_named() -> None:
    assert [suite.name for suite in choose_suites()] == ["samples", "tameside"]
    assert [suite.name for suite in choose_suites(["tameside"])] == ["tameside"]


def test_an_unknown_suite_is_named_with_those_there_are() -> None:
    with pytest.raises(InputError, match="suite nosuch: there is none; choose from samples, tameside"):
        choose_suites(["nosuch"])


def test_every_floor_is_a_score() -> None:
    for suite in choose_suites():
        assert len(missed_floors(score([], []), dict.fromkeys(suite.floors, 2.0))) == len(suite.floors)


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
    scores = score([], [])
    assert missed_floors(scores, {"accuracy": 0.85, "verbatim": 1.0}) == ["accuracy 0.000 < 0.850"]
