"""The line above a table is its caption when it says what the table shows."""

import pytest

from citewell.ingest.caption import LONGEST_CAPTION, captioned
from citewell.ingest.document import Block, Table, table_block

ROWS = (("North", "4"),)
TABLE = table_block(Table(("Pond", "Ducks"), ROWS))


def caption(*blocks: Block) -> str:
    """The caption of the last block."""
    table = list(captioned(blocks))[-1].table
    assert table is not None
    return table.caption


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Ducks by pond", "Ducks by pond"),
        ("Ducks by pond.", "Ducks by pond"),
        ("Ducks on\n  every pond:", "Ducks on every pond"),
        ("Table: Ducks by pond", "Ducks by pond"),
        ("TABLE 12. Ducks by pond", "Ducks by pond"),
        ("Table A.1:\nDucks by pond", "Ducks by pond"),
        ("Tables are long", "Tables are long"),
        ("The wardens counted in May. These are the ducks:", "These are the ducks"),
        ("The wardens counted in May. It rained all day.", ""),
        ("Ducks " * (LONGEST_CAPTION // 6 + 1), ""),
    ],
)
def test_caption_from_the_line_above(line: str, expected: str) -> None:
    assert caption(Block("text", line), TABLE) == expected


def test_a_table_that_has_a_caption_keeps_it() -> None:
    own = table_block(Table(("Pond", "Ducks"), ROWS, "Own"))
    assert caption(Block("text", "Ducks by pond"), own) == "Own"


@pytest.mark.parametrize("above", [Block("heading", "Ducks", level=1), Block("list", "- Ducks by pond:"), TABLE])
def test_only_a_paragraph_gives_a_caption(above: Block) -> None:
    assert caption(above, TABLE) == ""


def test_a_table_at_the_beginning_has_none() -> None:
    assert caption(TABLE) == ""


def test_nothing_else_is_changed() -> None:
    blocks = [Block("heading", "Ducks", level=1), Block("text", "Ducks by pond", ("Ducks",)), TABLE]
    found = list(captioned(blocks))
    assert found[:2] == blocks[:2]
    assert (found[2].text, found[2].kind) == (TABLE.text, "table")
