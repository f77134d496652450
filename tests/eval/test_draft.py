"""Drafts: what is asked of tables and sentences, and that every draft stands where it says."""

import json
from itertools import chain
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from citewell.eval.check import check_suite
from citewell.eval.dataset import Item, Place, item_schema, suite_line
from citewell.eval.draft import BEST_FIRST, draft_items
from citewell.eval.facts import contains_fact
from citewell.ingest.document import Document
from citewell.ingest.find import find_files
from citewell.ingest.read import read_document


def document(path: Path, text: str) -> Document:
    path.write_text(text, encoding="utf-8")
    return read_document(path)


def note(folder: Path, text: str, name: str = "note.md") -> Document:
    return document(folder / name, f"# Note\n\n{text}\n")


@pytest.mark.parametrize(
    ("sentence", "question", "fact"),
    [
        ("42% of home visits took place on time.", "What percentage of home visits took place on time?", ("42%",)),
        (
            "We know that 5 per cent of night calls are lost.",
            "What percentage of night calls are lost?",
            ("5 per cent",),
        ),
        ("The average weekly fee is about £310.", "What is the average weekly fee?", ("£310",)),
        ("The Hatton rate was 61 per 10,000 children.", "What was the Hatton rate per 10,000 children?", ("61",)),
        ("Hatton has an absence rate of 9.5%.", "What is the absence rate of Hatton?", ("9.5%",)),
        ("You may ask for the moving grant of £3,000.", "How much is the moving grant?", ("£3,000",)),
        ("Hatton has only three children's homes.", "How many children's homes has Hatton?", ("three", "3")),
        ("There are 14 wards in Hatton.", "How many wards are there?", ("14",)),
        ("Nine nearby councils use the tool.", "How many nearby councils use the tool?", ("Nine", "9")),
        ("The new hub was opened on 3 May 2023.", "When was the new hub opened?", ("3 May 2023",)),
        ("Ann Lee has led the board since 2021.", "Since when has Ann Lee led the board?", ("2021",)),
        ("Ann Lee became chair in June 2022.", "When was it that Ann Lee became chair?", ("June 2022",)),
        ("In June 2022, the hub moved to Hatton.", "When was it that the hub moved to Hatton?", ("June 2022",)),
    ],
)
def test_what_is_asked_of_a_sentence(tmp_path: Path, sentence: str, question: str, fact: tuple[str, ...]) -> None:
    [item] = draft_items([note(tmp_path, f"## Part one\n\n{sentence}\n\nAll the wards of Hatton.")], 10)
    assert (item.question, item.facts, item.where) == (question, (fact,), (Place(section="Part one"),))


@pytest.mark.parametrize(
    "sentence",
    [
        "See page 14.",
        "It was opened on 3 May 2023.",  # what was?
        "42% of those pupils passed.",  # which pupils?
        "42% of pupils passed in reading, writing and maths.",  # all three, not the first
        "As the panel heard in May 2023, work is slow.",
        "14 wards of the 14 wards plan are open.",  # gives the answer away
        f"42% of {'long' * 40} visits took place.",
    ],
)
def test_what_is_not_asked(tmp_path: Path, sentence: str) -> None:
    assert [item.question for item in draft_items([note(tmp_path, sentence)], 10)] == []


def test_a_table_gives_an_item_for_each_cell_that_can_be_asked_for(tmp_path: Path) -> None:
    table = """Table: Staff by role

| Role | Vacant posts | Agency share | Owner | Source | What it means |
|---|---|---|---|---|---|
| Clerk | 12 | 10.5% | Ann Lee | Survey | Many |
| Team Manager | 15 | 20% | Bo Day | Survey | Few |"""
    items = {item.question: item for item in draft_items([note(tmp_path, table)], 100)}
    assert {question: item.facts[0][0] for question, item in items.items()} == {
        "How many vacant posts are there for Clerk?": "12",
        "How many vacant posts are there for Team Manager?": "15",
        "What is the agency share for Clerk?": "10.5%",
        "What is the agency share for Team Manager?": "20%",
        "Who is the owner for Clerk?": "Ann Lee",
        "Who is the owner for Team Manager?": "Bo Day",
    }
    share = items["What is the agency share for Team Manager?"]
    assert share == Item(
        id="table-agency-share-team-manager",
        category="table",
        question="What is the agency share for Team Manager?",
        answerable=True,
        facts=(("20%",),),
        sources=("note.md",),
        where=(Place(table="Staff by role", row="Team Manager"),),
        must_not=("10.5%",),
        note=share.note,
    )
    assert share.note.startswith("draft: ")


@pytest.mark.parametrize(
    ("table", "question"),
    [
        ("Letters,In full\nDfE,Department for Education\nSGO,Special Guardianship Order", "What does DfE stand for?"),
        ("No.,Action,Due\nA1,Book the big room,3 May\nA2,Write,4 May", "When is “Book the big room” due?"),
        ("Measure,2022,2023\nVisits,40,50\nCalls,60,70", "What was Visits in 2022?"),
        ("Reason,% of closures\nMoved,40%\nDied,60%", "What percentage of closures falls under Moved?"),
        ("Role,Number of Posts\nClerk,40\nCook,60", "How many posts are there for Clerk?"),
    ],
)
def test_columns_say_how_they_are_asked_for(tmp_path: Path, table: str, question: str) -> None:
    assert question in [item.question for item in draft_items([document(tmp_path / "sheet.csv", table)], 100)]


def test_names_keep_their_capital(tmp_path: Path) -> None:
    table = "| Measure | Hatton | National average |\n|---|---|---|\n| Visits | 40 | 45 |\n| Calls | 60 | 65 |"
    items = draft_items([note(tmp_path, f"Staff of Hatton count well.\n\n{table}")], 2)
    questions = ["What is the figure for Visits in Hatton?", "What is the national average for Calls?"]
    assert [item.question for item in items] == questions


def test_must_not_is_no_figure_of_the_own_row(tmp_path: Path) -> None:
    found = draft_items([document(tmp_path / "sheet.csv", "Role,Old share,New share\nClerk,12%,15%\nCook,15%,18%")], 10)
    assert {(item.facts[0][0], item.must_not) for item in found} == {
        ("12%", ()),  # 15% is the clerk's new share
        ("15%", ("18%",)),
        ("15%", ("12%",)),
        ("18%", ()),
    }


def test_drafts_come_from_all_over_with_the_best_formed_first(tmp_path: Path) -> None:
    parts = (
        f"## Part {n}\n\nOffice {n} was opened in {2000 + n}.\n\n{n}% of cases in part {n} are old." for n in (6, 7, 8)
    )
    table = "| Role | Share |\n|---|---|\n| Clerk | 40% |\n| Cook | 45% |"
    other = note(tmp_path, table, "other.md")
    items = draft_items([note(tmp_path, "\n\n".join(parts)), other], 4)
    assert [(item.category, item.sources) for item in items] == [
        ("table", ("other.md",)),
        ("table", ("other.md",)),
        ("name-date", ("note.md",)),
        ("name-date", ("note.md",)),
    ]
    assert len({item.where for item in items}) == 4


def test_drafts_are_new_beside_known_items(tmp_path: Path) -> None:
    source = note(tmp_path, "## Fees\n\nThe average weekly fee is £310.\n\n10% of home fees are paid.")
    first, second = draft_items([source], 10)
    assert draft_items([source], 10, [first, second]) == []
    taken = Item(second.id, "figure", "Something else?", answerable=False)
    assert [item.id for item in draft_items([source], 10, [first, taken])] == [f"{second.id}-2"]


def assert_good(paths: list[Path]) -> None:
    items = draft_items(map(read_document, find_files(paths).files), 500)
    assert len(items) >= 40
    assert check_suite(items, paths) == []
    assert len({item.id for item in items}) == len({item.question for item in items}) == len(items)
    assert [item.category for item in items] == sorted((item.category for item in items), key=BEST_FIRST.index)
    assert not any(contains_fact(item.question, fact) for item in items for fact in item.facts)
    validator = Draft202012Validator(item_schema())
    assert not list(chain.from_iterable(validator.iter_errors(json.loads(suite_line(item))) for item in items))


def test_drafts_of_the_samples_check_clean(samples: Path) -> None:
    assert_good([samples])


def test_drafts_of_the_reports_check_clean(corpus: Path) -> None:
    assert_good([corpus])
