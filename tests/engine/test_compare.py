"""Rows of a table held against each other."""

import pytest

from citewell.engine.compare import compared_rows
from citewell.engine.draft import Draft
from citewell.ingest.document import Block, Table, table_block
from citewell.tests.engine.conftest import candidates_of, chunks_of, query_of

PONDS = Table(
    ("Pond", "Ducks", "Share"),
    (("North", "30", "46.2%"), ("South", "10", "15.4%"), ("South East", "25", "38.5%"), ("West", "–", "0%")),
    "Birds by pond",
)
CHUNKS = chunks_of(Block("text", "Birds by pond"), table_block(PONDS))


def compared(question: str) -> list[Draft]:
    return compared_rows(candidates_of(CHUNKS, question), query_of(question))


def test_both_rows_are_quoted_and_the_higher_is_told() -> None:
    drafts = compared("Are there more ducks at North than at South?")
    assert {draft.quote for draft in drafts} == {"North\t30\t46.2%", "South\t10\t15.4%"}
    assert {draft.row: draft.note for draft in drafts} == {"North": "(higher of the 2 rows asked about)", "South": ""}


def test_the_column_asked_for_decides_and_leads() -> None:
    [north] = [draft for draft in compared("Compare the share of ducks at North and South") if draft.row == "North"]
    assert north.text == "North: Share 46.2%; Ducks 30"
    assert north.note


def test_a_row_whose_name_is_part_of_another_is_not_meant_by_that() -> None:
    rows = {draft.row for draft in compared("Has South East a higher share than North?")}
    assert rows == {"South East", "North"}


def test_a_cell_without_a_number_leaves_no_column_to_compare() -> None:
    drafts = compared("Has West more ducks than North?")
    assert {draft.row for draft in drafts} == {"West", "North"}
    assert [draft.note for draft in drafts if draft.row == "West"] == [""]


@pytest.mark.parametrize("question", ["How many ducks has North?", "Are there more ducks than swans?"])
def test_one_row_or_none_is_no_comparison(question: str) -> None:
    assert compared(question) == []
