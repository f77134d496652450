"""Dates, publisher and title that a document gives of itself; and those that it only mentions."""

from datetime import date

import pytest

from citewell.ingest.document import Block
from citewell.ingest.metadata import account_in, parse_date, published_in, publisher_in, readable_name, title_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023-05-04", date(2023, 5, 4)),
        ("2023-05-04T09:30:00+01:00", date(2023, 5, 4)),
        ("2023-05-04T09:30:00.000Z", date(2023, 5, 4)),
        ("04/05/2023", date(2023, 5, 4)),
        ("4.5.23", date(2023, 5, 4)),
        ("4 May 2023", date(2023, 5, 4)),
        ("Thursday, 4th May 2023", date(2023, 5, 4)),
        ("4 May 2023, 10:15 BST", date(2023, 5, 4)),
        ("4 May 2023 at 10.15am", date(2023, 5, 4)),
        ("May 4, 2023", date(2023, 5, 4)),
        ("May 2023", date(2023, 5, 1)),
        ("1st of Sept 2022", date(2022, 9, 1)),
        ("31 June 2023", None),
        ("05/14/2023", None),
        ("2023", None),
        ("4/5", None),
        ("by May 2023", None),
        ("version 1.2.2023.4", None),
        ("", None),
    ],
)
def test_parse_date(text: str, expected: date | None) -> None:
    assert parse_date(text) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Park news", "Date Released - 09/03/2022"], date(2022, 3, 9)),
        (["Park news", "Published: 9 March 2022"], date(2022, 3, 9)),
        (["Park news", "Publication date: 2022-03-09"], date(2022, 3, 9)),
        (["Park plan", "**March 2022**"], date(2022, 3, 1)),
        (["Park news", "The plan, published today (9 March 2022), adds a pond."], date(2022, 3, 9)),
        (["Park news", "The last plan was published on 9 March 2012."], None),
        (["Park news", "A plan published 9 March 2012 said so."], None),
        (["Park news", "Last updated: 9 March 2022"], None),
        (["Park news", *["Some text."] * 20, "March 2022"], None),
        ([], None),
    ],
)
def test_published_in(lines: list[str], expected: date | None) -> None:
    assert published_in(lines) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Ponds", "Report to the Parks Board\nby Head of Parks,\nJo Doe"], "Head of Parks, Jo Doe"),
        (["Ponds", "Published by Exampleton Council"], "Exampleton Council"),
        (["Ponds", "Publisher: Exampleton Council"], "Exampleton Council"),
        (["Ponds", "The report was written by Jo Doe."], ""),
        (["Ponds", "EXAMPLETON Council has a new pond."], ""),
    ],
)
def test_publisher_in(lines: list[str], expected: str) -> None:
    assert publisher_in(lines) == expected


def test_account_in() -> None:
    assert account_in(["Write to us and follow Radio Exampleton on Facebook and X."]) == "Radio Exampleton"
    assert account_in(["Please follow us on Facebook."]) == ""


def test_title_in() -> None:
    assert title_in([Block("text", "Intro."), Block("heading", "Ponds\nand parks", level=1)], "x") == "Ponds and parks"
    assert title_in([Block("text", "First line\nsecond")], "x") == "First line"
    assert title_in([Block("text", "…")], "pond_list-2024") == "Pond list 2024"
    long = title_in([Block("text", "word " * 100)], "x")
    assert len(long) <= 200
    assert long.endswith("word…")


def test_readable_name() -> None:
    assert readable_name("staff__numbers - 2024") == "Staff numbers 2024"
