"""Rows read as statements."""

import pytest

from citewell.engine.intent import read_intent
from citewell.engine.tables import LONG_CELL, cell_number, choose_column, read_row
from citewell.index.terms import terms

HEADER = ("Pond", "Ducks counted", "Share of all", "Owner")
ROW = "North\t1,240\t37.7%\tParks"


def read(question: str, row: str = ROW, header: tuple[str, ...] = HEADER) -> str:
    return read_row(row, header, dict.fromkeys(terms(question), 1.0), read_intent(question))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What percentage is at North?", "North: Share of all 37.7%; Ducks counted 1,240; Owner Parks"),
        ("How many ducks are at North?", "North: Ducks counted 1,240; Share of all 37.7%; Owner Parks"),
        ("Which owner has North?", "North: Owner Parks; Ducks counted 1,240; Share of all 37.7%"),
        ("Tell me about North", "North: Ducks counted 1,240; Share of all 37.7%; Owner Parks"),
    ],
)
def test_the_asked_column_comes_first(question: str, expected: str) -> None:
    assert read(question) == expected


@pytest.mark.parametrize(
    ("row", "header", "expected"),
    [
        ("North\t\t5%\t", HEADER, "North: Share of all 5%"),
        ("North\t4\t5\t6\t7", HEADER, "North: Ducks counted 4; Share of all 5; Owner 6; 7"),
        ("North", ("Pond",), "Pond North"),
        ("\t4", ("Pond", "Ducks"), "Ducks 4"),
        ("North\t", ("Pond", "Ducks"), "North\t"),
        ("North\t4", ("Pond", ""), "North: 4"),
        ("North\t4", (), "North: 4"),
        ("x" * (LONG_CELL + 1) + "\t4", ("Text", "Ducks"), f"Text {'x' * (LONG_CELL + 1)}; Ducks 4"),
    ],
)
def test_rows_of_all_shapes(row: str, header: tuple[str, ...], expected: str) -> None:
    assert read("anything", row, header) == expected


def test_every_cell_is_said() -> None:
    assert all(cell in read("What?") for cell in ROW.split("\t"))


def test_no_column_is_chosen_when_two_fit_alike() -> None:
    query, intent = dict.fromkeys(terms("How many at North?"), 1.0), read_intent("How many at North?")
    assert choose_column(("Pond", "Ducks", "Swans"), ["North", "4", "5"], [1, 2], query, intent) is None
    assert choose_column(("Pond", "Ducks", "Share"), ["North", "4", "5%"], [1, 2], query, intent) == 1
    assert choose_column(("Pond",), ["North"], [], query, intent) is None


@pytest.mark.parametrize(
    ("cell", "number"),
    [("37.7%", 37.7), ("£3,000", 3000.0), ("-4", -4.0), ("about 5 or 6", 5.0), ("none", None), ("", None)],
)
def test_cell_number(cell: str, number: float | None) -> None:
    assert cell_number(cell) == number
