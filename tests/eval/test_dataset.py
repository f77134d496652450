"""Suites: what a line may hold, and how a bad one is told."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from citewell.errors import InputError
from citewell.eval.calibrate import TRAINING
from citewell.eval.dataset import SCHEMA, Item, Place, item_schema, load_suite, suite_line, write_schema
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


VALIDATOR = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


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
        where=(Place(table="Agency staff", row="Social Worker"),),
    )


@pytest.mark.parametrize(
    ("where", "places"),
    [
        ({}, ()),
        ([], ()),
        ({"section": "Workforce"}, (Place(section="Workforce"),)),
        ({"table": "Agency staff"}, (Place(table="Agency staff"),)),
        (
            [{"section": "Workforce"}, {"table": "Agency staff", "row": "Social Worker"}],
            (Place(section="Workforce"), Place(table="Agency staff", row="Social Worker")),
        ),
    ],
)
def test_where_is_a_place_or_a_list_of_them(tmp_path: Path, where: object, places: tuple[Place, ...]) -> None:
    line = {**GOOD, "where": where}
    assert not list(VALIDATOR.iter_errors(line))
    [item] = load_suite(write(tmp_path / "suite.jsonl", line))
    assert item.where == places


BAD: list[tuple[dict[str, Any], str]] = [
    ({"fact": []}, "fact: "),
    ({"where": {"page": "3"}}, "where.0.page: "),
    ({"where": {"section": "Workforce", "table": "Agency staff"}}, "where: a place is a section or a table"),
    ({"where": {"section": "Workforce", "row": "Social Worker"}}, "where: a row is of a table"),
    ({"where": {"row": "Social Worker"}}, "where: a place is a section or a table"),
    ({"where": [{}]}, "where: a place is a section or a table"),
    ({"where": [{"section": "Workforce"}, {"section": ""}]}, "where.1.section: '' holds no word"),
    ({"where": {"section": 3}}, "where.0.section: "),
    ({"where": "Workforce"}, "where: "),
    ({"where": None}, "where: "),
    ({"answerable": "yes"}, "answerable: "),
    ({"facts": ["37.7%"]}, "facts.0: "),
    ({"facts": [[37.7]]}, "facts.0.0: "),
    ({"turns": "earlier"}, "turns: "),
    ({"sources": [""]}, "sources.0: "),
    ({"filters": {"publisher": 3}}, "filters.publisher: "),
    ({"facts": []}, "needs facts"),
    ({"facts": [[]]}, "facts.0: "),
    ({"facts": [["?"]]}, "no word or number"),
    ({"must_not": ["…"]}, "no word or number"),
    ({"answerable": False}, "has none"),
    ({"question": " "}, "empty"),
    ({"question": None}, "question: "),
    ({"id": ""}, "id: "),
    ({"category": ""}, "category: "),
]


@pytest.mark.parametrize(("change", "fault"), BAD)
def test_a_bad_line_is_named(tmp_path: Path, change: dict[str, Any], fault: str) -> None:
    path = write(tmp_path / "suite.jsonl", {**GOOD, "id": "other"}, {**GOOD, **change})
    with pytest.raises(InputError, match=r"^suite\.jsonl, line 2: ") as raised:
        load_suite(path)
    assert fault in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("change", [change for change, _ in BAD])
def test_the_schema_refuses_a_bad_line(change: dict[str, Any]) -> None:
    assert not list(VALIDATOR.iter_errors(GOOD))
    assert list(VALIDATOR.iter_errors({**GOOD, **change}))


@pytest.mark.parametrize("key", ["id", "category", "question", "answerable", "facts"])
def test_what_a_line_must_have(tmp_path: Path, key: str) -> None:
    line = {name: value for name, value in GOOD.items() if name != key}
    assert list(VALIDATOR.iter_errors(line))
    with pytest.raises(InputError, match="line 1"):
        load_suite(write(tmp_path / "suite.jsonl", line))


def test_the_committed_schema_is_that_of_the_items(tmp_path: Path) -> None:
    write_schema(tmp_path / "schema.json")
    assert SCHEMA.read_text(encoding="utf-8") == (tmp_path / "schema.json").read_text(encoding="utf-8"), "run make docs"
    Draft202012Validator.check_schema(item_schema())
    places = item_schema()["$defs"]["Place"]
    assert all(key["description"] for part in (item_schema(), places) for key in part["properties"].values())


@pytest.mark.parametrize("path", [*(suite.path for suite in choose_suites()), TRAINING], ids=lambda path: path.stem)
def test_the_committed_items_are_of_the_schema(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        VALIDATOR.validate(json.loads(line))


TEXT = st.text(max_size=20)
PHRASE = st.from_regex(r"[A-Za-z0-9£% “–]{0,9}[a-z]", fullmatch=True)
PLACE = st.builds(Place, section=PHRASE) | st.builds(Place, table=PHRASE, row=st.just("") | PHRASE)
ITEM = st.builds(
    Item,
    id=PHRASE,
    category=PHRASE,
    question=PHRASE,
    answerable=st.just(True),
    turns=st.lists(TEXT).map(tuple),
    facts=st.lists(st.lists(PHRASE, min_size=1).map(tuple), min_size=1).map(tuple),
    sources=st.lists(PHRASE).map(tuple),
    where=st.lists(PLACE).map(tuple),
    must_not=st.lists(PHRASE).map(tuple),
    filters=st.dictionaries(TEXT, TEXT),
    note=TEXT,
)


@given(ITEM)
def test_an_item_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, item: Item) -> None:
    line = suite_line(item)
    VALIDATOR.validate(json.loads(line))
    path = tmp_path_factory.mktemp("suite") / "suite.jsonl"
    path.write_text(f"{line}\n", encoding="utf-8")
    assert load_suite(path) == [item]


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


@pytest.mark.parametrize(
    ("name", "least", "least_unanswerable"),
    [
        ("samples", 25, 5),
        ("tameside", 80, 15),
        ("unseen", 100, 50),
        ("fresh", 100, 50),
        ("blind", 100, 50),
        ("sealed", 100, 50),
    ],
)
def test_the_suites_that_come_with_the_project(name: str, least: int, least_unanswerable: int) -> None:
    [suite] = choose_suites([name])
    items = load_suite(suite.path)
    assert len(items) >= least
    assert sum(not item.answerable for item in items) >= least_unanswerable
    assert all(item.sources for item in items if item.answerable)
