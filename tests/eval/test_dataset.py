"""Suites: what a line may hold, and how a bad one is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from citewell.errors import InputError
from citewell.eval.dataset import Item, load_suite
from citewell.eval.gate import choose_suites

GOOD: dict[str, Any] = {
    "id": "figure-agency",
    "category": "figure",
    "question": "What is the agency share?",
    "answerable": True,
    "facts": [["37.7%", "37.7"]],
    "sources": ["briefing.md"],
    "where": {"table": "Agency staff", "row": "Social Worker"},
}


def write(path: Path, *records: object) -> Path:
    path.write_text("\n".join(json.dumps(record) for record in records), encoding="utf-8")
    return path


def test_a_line_becomes_an_item(tmp_path: Path) -> None:
    [item] = load_suite(write(tmp_path / "suite.jsonl", GOOD))
    assert item == Item(
        id="figure-agency",
        category="figure",
        question="What is the agency share?",
        answerable=True,
        facts=(("37.7%", "37.7"),),
        sources=("briefing.md",),
        where={"table": "Agency staff", "row": "Social Worker"},
    )


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"fact": []}, "fact: "),
        ({"where": {"page": "3"}}, "where.page"),
        ({"answerable": "yes"}, "answerable: "),
        ({"facts": ["37.7%"]}, "facts.0: "),
        ({"turns": "earlier"}, "turns: "),
        ({"facts": []}, "needs facts"),
        ({"facts": [[]]}, "at least one alternative"),
        ({"facts": [["?"]]}, "no word or number"),
        ({"must_not": ["…"]}, "no word or number"),
        ({"answerable": False}, "has none"),
        ({"question": " "}, "empty"),
        ({"id": ""}, "must not be empty"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, change: dict[str, Any], fault: str) -> None:
    path = write(tmp_path / "suite.jsonl", {**GOOD, "id": "other"}, {**GOOD, **change})
    with pytest.raises(InputError, match=r"^suite\.jsonl, line 2: ") as raised:
        load_suite(path)
    assert fault in str(raised.value)
    assert "\n" not in str(raised.value)


def test_an_id_is_used_once(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 2: id 'figure-agency' is taken"):
        load_suite(write(tmp_path / "suite.jsonl", GOOD, GOOD))


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe", b"{"])
def test_what_is_no_suite_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "suite.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"suite\.jsonl"):
        load_suite(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_suite(tmp_path / "none.jsonl")


@pytest.mark.parametrize(("name", "least", "least_unanswerable"), [("samples", 25, 5), ("tameside", 80, 15)])
def test_the_suites_that_come_with_the_project(name: str, least: int, least_unanswerable: int) -> None:
    [suite] = choose_suites([name])
    items = load_suite(suite.path)
    assert len(items) >= least
    assert sum(not item.answerable for item in items) >= least_unanswerable
    assert all(item.sources for item in items if item.answerable)
