"""Chunks tile the document, and their units are what may be quoted."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citewell.ingest.chunk import LONG_ITEM, LONG_ROW, MAX_LENGTH, TARGET_LENGTH, Chunk, chunk_document, document_id
from citewell.ingest.document import Block, Document, Metadata, Table, table_block
from citewell.ingest.readers.page import make_table

WORDS = st.sampled_from(["ponds", "ducks", "37.7%", "café", "x" * 30, "North", "e.g.", "–", "(swans", "2024"])
LINE = st.lists(WORDS, min_size=1, max_size=12).map(" ".join)
SENTENCE = LINE.map(lambda line: f"The {line} it is.")
CELL = st.one_of(st.just(""), LINE, st.lists(LINE, min_size=2, max_size=12).map(" · ".join))


TABLES = st.builds(make_table, st.lists(st.lists(CELL, min_size=1, max_size=4), min_size=1, max_size=8), CELL)
BLOCKS = st.one_of(
    st.builds(Block, st.just("heading"), LINE, level=st.integers(1, 3)),
    st.lists(SENTENCE, min_size=1, max_size=40).map(lambda lines: Block("text", " ".join(lines))),
    LINE.map(lambda line: Block("text", f"{line}:")),
    st.lists(SENTENCE.map("- {}".format), min_size=1, max_size=30).map(lambda lines: Block("list", "\n".join(lines))),
    TABLES.filter(bool),
)


def document(*blocks: Block) -> Document:
    return Document("/papers/ponds.txt", "ponds.txt", Metadata("Ponds"), "0" * 64, blocks)


def texts(chunk: Chunk) -> list[tuple[str, str]]:
    return [(unit.kind, chunk.text[unit.start : unit.end]) for unit in chunk.units]


@settings(max_examples=80, deadline=None)
@given(st.lists(BLOCKS, min_size=1, max_size=12).map(lambda blocks: document(*blocks)))
def test_chunks_tile_the_document(paper: Document) -> None:
    chunks = chunk_document(paper)
    assert "".join(chunk.text for chunk in chunks) == paper.text
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    assert (chunks[0].start, chunks[-1].end) == (0, len(paper.text))
    assert all(one.end == other.start for one, other in pairwise(chunks))
    for chunk in chunks:
        assert paper.text[chunk.start : chunk.end] == chunk.text
        bounds = [0, *(edge for unit in chunk.units for edge in (unit.start, unit.end)), len(chunk.text)]
        assert bounds == sorted(bounds)
        assert all(unit.start < unit.end for unit in chunk.units)
        between = "".join(chunk.text[end:start] for end, start in zip(bounds[::2], bounds[1::2], strict=True))
        assert not between.strip(" \t\n·")


@settings(max_examples=80, deadline=None)
@given(st.lists(BLOCKS, min_size=1, max_size=12).map(lambda blocks: document(*blocks)))
def test_chunks_are_of_one_section_kind_and_table(paper: Document) -> None:
    for chunk in chunk_document(paper):
        kinds = [unit.kind for unit in chunk.units]
        body = [unit for unit in chunk.units if unit.kind != "heading"]
        assert "heading" not in kinds[kinds.count("heading") :]
        assert not body or len(body) == 1 or body[-1].end - body[0].start <= MAX_LENGTH * 1.1
        table = paper.blocks[chunk.units[-1].block].table
        assert chunk.kind == ("table" if table else "text")
        assert (chunk.caption, chunk.header) == ((table.caption, table.header) if table else ("", ()))
        assert {bool(paper.blocks[unit.block].table) for unit in body} <= {bool(table)}
        assert not table or len({unit.block for unit in body}) == 1


def test_where_a_chunk_comes_from() -> None:
    heading, text = Block("heading", "Ducks", level=1), Block("text", "Ducks swim.", ("Ducks",), page=3)
    [chunk] = chunk_document(document(heading, text))
    assert (chunk.document, chunk.title, chunk.published) == ("ponds.txt", "Ponds", None)
    assert chunk.document_id == document_id("/papers/ponds.txt")
    assert (chunk.headings, chunk.page, chunk.locator) == (("Ducks",), 3, "p. 3 · Ducks")
    assert chunk.context == "Ponds\nDucks"
    assert texts(chunk) == [("heading", "Ducks"), ("sentence", "Ducks swim.")]


def test_identity_is_the_source() -> None:
    assert document_id("/a") == document_id("/a") != document_id("/b")
    assert len(document_id("/a")) == 12
    assert int(document_id("/a"), 16) > 0


def test_a_heading_opens_a_chunk_and_short_paragraphs_share_one() -> None:
    short = Block("text", "Ducks swim on the pond.")
    chunks = chunk_document(document(short, short, Block("heading", "Swans", level=1), short))
    assert [[kind for kind, _ in texts(chunk)] for chunk in chunks] == [["sentence"] * 2, ["heading", "sentence"]]


def test_paragraphs_are_joined_up_to_the_target_length() -> None:
    block = Block("text", "Ducks swim on the pond all day long and sleep at night.")
    chunks = chunk_document(document(*[block] * 40))
    assert all(len(chunk.text.strip()) <= TARGET_LENGTH for chunk in chunks)
    assert all(len(chunk.text) > TARGET_LENGTH - 2 * len(block.text) for chunk in chunks[:-1])


def test_a_long_paragraph_is_split_evenly_between_sentences() -> None:
    sentence = "Ducks swim on the pond all day long and sleep at night."
    chunks = chunk_document(document(Block("text", " ".join([sentence] * 50))))
    assert len(chunks) == 3
    lengths = [len(chunk.text) for chunk in chunks]
    assert min(lengths) > max(lengths) / 2
    assert {text for chunk in chunks for _, text in texts(chunk)} == {sentence}


def test_a_sentence_is_never_cut() -> None:
    [chunk] = chunk_document(document(Block("text", "ducks " * 400 + "swim.")))
    assert len(chunk.units) == 1


def test_a_list_stays_with_the_line_that_leads_to_it() -> None:
    lead = Block("text", "D" * (TARGET_LENGTH - 20) + " are these:")
    apart = chunk_document(document(lead, Block("text", "Mallards and teals.")))
    together = chunk_document(document(lead, Block("list", "- Mallards\n- Teals")))
    assert (len(apart), len(together)) == (2, 1)
    assert [kind for kind, _ in texts(together[0])] == ["sentence", "item", "item"]


def test_a_long_item_is_quoted_by_the_sentence() -> None:
    sentences = [f"Duck {number} {'swims ' * 30}here." for number in range(3)]
    long, short = "- " + " ".join(sentences), "- One duck. It swims."
    assert len(long) > LONG_ITEM
    [chunk] = chunk_document(document(Block("list", f"{long}\n{short}")))
    assert [text for _, text in texts(chunk)] == ["- " + sentences[0], *sentences[1:], short]


def test_a_table_has_a_header_and_rows() -> None:
    table = Table(("Pond", "Ducks"), (("North", "4"), ("South", "")), "Ducks by pond")
    [chunk] = chunk_document(document(Block("heading", "Counts", level=1), table_block(table, ("Counts",))))
    assert texts(chunk) == [
        ("heading", "Counts"),
        ("header", "Pond\tDucks"),
        ("row", "North\t4"),
        ("row", "South\t"),
    ]
    assert chunk.locator == "Counts · table: Ducks by pond"
    assert chunk.context == "Ponds\nCounts\nDucks by pond\nPond\tDucks"


def test_every_part_of_a_long_table_knows_its_header() -> None:
    table = Table(("Pond", "Ducks"), tuple((f"Pond number {n}", "4" * 20) for n in range(100)), "Ducks by pond")
    chunks = chunk_document(document(table_block(table)))
    assert len(chunks) > 2
    assert {(chunk.header, chunk.caption, chunk.kind) for chunk in chunks} == {(table.header, table.caption, "table")}
    assert [kind for chunk in chunks for kind, _ in texts(chunk)] == ["header"] + ["row"] * 100


def test_a_long_row_is_quoted_by_the_cell_and_its_list_by_the_item() -> None:
    row = ("1", "", "Mallards " * 50 + "swim", "teals · swans")
    assert len("\t".join(row)) > LONG_ROW
    [chunk] = chunk_document(document(table_block(Table(("No", "Empty", "Ducks", "Others"), (row, ("2", "", "", ""))))))
    cells = [(unit.column, chunk.text[unit.start : unit.end]) for unit in chunk.units if unit.kind == "cell"]
    assert cells == [(0, "1"), (2, row[2]), (3, "teals"), (3, "swans")]
    assert texts(chunk)[-1] == ("row", "2\t\t\t")


@pytest.mark.parametrize("line", ["Ducks by pond", "Table 2: Ducks by pond:", "Ducks by pond."])
def test_a_caption_is_not_quotable(line: str) -> None:
    table = table_block(Table(("Pond", "Ducks"), (("North", "4"),), "Ducks by pond"))
    above, chunk = chunk_document(document(Block("text", line), table))
    assert texts(above) == [("caption", line)]
    assert chunk.caption == "Ducks by pond"


def test_a_paragraph_that_says_more_than_the_caption_is_quotable() -> None:
    table = table_block(Table(("Pond", "Ducks"), (("North", "4"),), "Ducks by pond"))
    above, _ = chunk_document(document(Block("text", "The wardens counted in May. Ducks by pond:"), table))
    assert [kind for kind, _ in texts(above)] == ["sentence", "sentence"]
