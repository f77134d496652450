"""Dates, publisher and title that a document gives of itself; and those that it only mentions."""

from datetime import date

import pytest

from citewell.ingest.document import KINDS, Block, Metadata, Table, table_block
from citewell.ingest.metadata import (
    account_in,
    author_in,
    described,
    given_author,
    kind_in,
    kind_named,
    parse_date,
    published_in,
    publisher_in,
    readable_name,
    title_in,
    web_address,
    without_headers,
)


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
        (["Ponds", "Published by Exampleton Council"], "Exampleton Council"),
        (["Ponds", "Publisher: Exampleton Council"], "Exampleton Council"),
        (["Ponds", "Report to the Parks Board\nby Head of Parks,\nJo Doe"], ""),
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


def text_blocks(*texts: str) -> list[Block]:
    return [Block("text", text) for text in texts]


def control(*rows: tuple[str, ...]) -> Block:
    return table_block(Table(rows[0], rows[1:]))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["Ponds", "Report to the Parks Board\nby Head of Parks,\nJo Doe"], "Head of Parks, Jo Doe"),
        (["Ponds", "Author: Jo Doe"], "Jo Doe"),
        (["Ponds", "**Report author:** Jo Doe, Head of Parks"], "Jo Doe, Head of Parks"),
        (["Ponds", "Written by Jo Doe"], "Jo Doe"),
        (["Ponds", "The report was written by Jo Doe."], ""),
        (["Ponds", "Authors of ponds are many"], ""),
        (["Ponds", "Author: see the last page"], ""),
    ],
)
def test_author_in(lines: list[str], expected: str) -> None:
    assert author_in(lines) == expected


@pytest.mark.parametrize(
    "name", ["python-docx", "Microsoft Office User", "Unknown", "jdoe", "JDOE01", "X\\jo", "", None]
)
def test_given_author_is_no_program_or_login(name: str | None) -> None:
    assert given_author(name) == ""


@pytest.mark.parametrize("name", ["Jo Doe", "DOE, Jo", "Ofsted", "Department for Ponds"])
def test_given_author(name: str) -> None:
    assert given_author(f" {name} ") == name


KIND_EXAMPLES = {
    "statute": [
        "Ponds Act 1989",
        "The Pond Planning, Placement and Case Review (England) Regulations 2010",
        "Health and Ponds Act 2008 (c. 14)",
    ],
    "guidance": [
        "Guide to the Ponds Act 1989",
        "Ponds Act 1989: statutory guidance",
        "Pond keepers' code of practice: 0 to 25 years",
        "Staff handbook (draft)",
    ],
    "policy": [
        "Supervision policy",
        "Lone Working Policy and Procedure v2.1",
        "Policy on ponds",
        "Pond Strategy 2024 to 2029",
        "Ponds Act 2018 policy",
    ],
    "report": [
        "Commissioner's report on ponds in Exampleton",
        "Annual Report 2023/24",
        "Review of the Ponds Act 1989",
        "Inspection of Exampleton ponds",
        "Complaints: annual report of May 2024",
    ],
    "minutes": ["Minutes of the Ponds Board, 4 May 2023", "Ponds Board minutes March 2024", "Extract from the minutes"],
    "news": ["Press release: new pond", "New pond opens - Exampleton News"],
    "": [
        "Report a broken bench",
        "Report dumping to your council",
        "Complaints procedure: annual report",
        "Mayor slams report",
        "Council awaits pond report",
        "Why the council dropped its policy",
        "Action urged on ‘grim’ ponds report",
        "Working under the Ponds Act 1989",
        "Ponds",
        "",
    ],
}


@pytest.mark.parametrize(
    ("kind", "title"), [(kind, title) for kind, titles in KIND_EXAMPLES.items() for title in titles]
)
def test_kind_named(kind: str, title: str) -> None:
    assert kind_named(title) == kind


def test_kind_examples_are_of_every_kind_but_other() -> None:
    assert {*KIND_EXAMPLES, "other"} == {*KINDS, ""}


@pytest.mark.parametrize(
    ("title", "lines", "expected"),
    [
        ("Ponds report", ["Document type: Policy"], "policy"),
        ("Ponds", ["Exampleton Council", "MINUTES"], "minutes"),
        ("Ponds", ["Report to the Parks Board by Jo Doe"], "report"),
        ("Ponds", ["Statutory guidance for councils"], "guidance"),
        ("Ponds", ["Report of a walk."] * 20, ""),
        ("Ponds", ["The report is out."], ""),
    ],
)
def test_kind_in(title: str, lines: list[str], expected: str) -> None:
    assert kind_in(title, lines) == expected


def test_described_says_other_where_no_kind_is_said() -> None:
    assert described(text_blocks("Ponds", "Water."), Metadata(), "x").kind == "other"


def test_what_the_format_says_comes_first() -> None:
    blocks = text_blocks("Ponds policy", "Author: Jo Doe", "Effective from 1 April 2024")
    said = Metadata(title="Ponds", author="Al Roe", kind="news", effective=date(2023, 4, 1))
    assert described(blocks, said, "x") == said


@pytest.mark.parametrize(
    ("line", "effective", "review_by"),
    [
        ("Effective from 1 April 2024", date(2024, 4, 1), None),
        ("Effective date: 01/04/2024", date(2024, 4, 1), None),
        ("**Comes into force on 1 April 2024**", date(2024, 4, 1), None),
        ("Review date: March 2026", None, date(2026, 3, 1)),
        ("Next review – 4 May 2026 (or sooner if the law changes)", None, date(2026, 5, 4)),
        ("Date of next review: 4 May 2026.", None, date(2026, 5, 4)),
        ("Review by 4 May 2026", None, date(2026, 5, 4)),
        ("Review date\n4 May 2026", None, date(2026, 5, 4)),
        ("Review date: every year", None, None),
        ("Reviewed: 4 May 2023", None, None),
        ("The Act comes into force on 1 April 2024 in England.", None, None),
        ("We will review it by 4 May 2026 at the latest.", None, None),
    ],
)
def test_dates_of_effect_and_review(line: str, effective: date | None, review_by: date | None) -> None:
    found = described(text_blocks("Ponds", line), Metadata(), "x")
    assert (found.effective, found.review_by) == (effective, review_by)


def test_dates_far_from_the_top_do_not_count() -> None:
    found = described(text_blocks("Ponds", *["Some text."] * 30, "Review date: 4 May 2026"), Metadata(), "x")
    assert found.review_by is None


CONTROLS = (("Author", "Jo Doe"), ("Version", "2"), ("Issue date", "1 May 2024"), ("Next review date:", "May 2026"))


@pytest.mark.parametrize(
    "table",
    [
        control(*CONTROLS),
        control(tuple(label for label, _ in CONTROLS), tuple(value for _, value in CONTROLS)),
        control(CONTROLS[0] + CONTROLS[1], CONTROLS[2] + CONTROLS[3]),
    ],
    ids=["labels left", "labels above", "two pairs a row"],
)
def test_document_control(table: Block) -> None:
    for blocks in ([*text_blocks("Ponds", "Water."), table], [*text_blocks("Ponds", *["Water."] * 90), table]):
        found = described(blocks, Metadata(), "x")
        assert (found.author, found.published, found.review_by) == ("Jo Doe", date(2024, 5, 1), date(2026, 5, 1))


def test_list_of_documents_is_no_document_control() -> None:
    table = control(("Title", "Author", "Review date"), ("A", "Jo Doe", "May 2026"), ("B", "Al Roe", "May 2027"))
    found = described([*text_blocks("Ponds"), table], Metadata(), "x")
    assert (found.author, found.review_by) == ("", None)


def test_web_address() -> None:
    assert web_address(" https://example.org/a?b=c ") == "https://example.org/a?b=c"
    for text in ("javascript:x()", "/ponds", "https://", "http://a b.org", None):
        assert web_address(text) == ""


CONTROL = (("Document owner", "Head of Parks"), ("Version", "3"), ("Next review date", "1 April 2027"))


def test_a_table_of_document_control_has_no_header() -> None:
    table = table_block(Table(CONTROL[0], CONTROL[1:]), ("Parks",), page=2)
    [block] = without_headers([table])
    assert block.text == "- Document owner: Head of Parks\n- Version: 3\n- Next review date: 1 April 2027"
    assert (block.kind, block.table, block.headings, block.page) == ("list", None, ("Parks",), 2)


@pytest.mark.parametrize(
    "rows",
    [
        (("Service", "Cost"), ("Parks", "£4"), ("Contact", "£5")),
        (("Pond", "Ducks"), ("Version", "3"), ("Status", "4")),
        tuple((*row, "more") for row in CONTROL),
        CONTROL[:1],
    ],
)
def test_other_tables_stay_as_they_are(rows: tuple[tuple[str, ...], ...]) -> None:
    table = table_block(Table(rows[0], rows[1:]))
    assert list(without_headers([table, Block("text", "x")])) == [table, Block("text", "x")]
