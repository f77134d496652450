"""Plain text to blocks."""

from citewell.ingest.caption import captioned
from citewell.ingest.document import Block
from citewell.ingest.readers import text

LONG = "The council keeps a list of every bench in its parks and looks at each of them once a year."


def kinds(content: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in text.read(content).blocks]


def only_table(content: str) -> Block:
    (found,) = (block for block in captioned(text.read(content).blocks) if block.table)
    return found


def test_paragraphs_keep_their_lines() -> None:
    assert kinds(f"{LONG}\nSecond line.\n \n\u00a0\n{LONG}\n") == [("text", f"{LONG}\nSecond line."), ("text", LONG)]


def test_headings_and_levels() -> None:
    blocks = text.read(
        f"Benches\n\nWhere they are\n\n{LONG}\n\nAppendix 1: Makers\n\n{LONG}\n\n2.1 Cost\n\n{LONG}"
    ).blocks
    assert [(b.text, b.level) for b in blocks if b.kind == "heading"] == [
        ("Benches", 1),
        ("Where they are", 2),
        ("Appendix 1: Makers", 2),
        ("2.1 Cost", 3),
    ]


def test_not_headings() -> None:
    lines = [
        "July 2021",
        "Source: bench survey",
        "Call us:",
        "A sentence.",
        "“Why sit?",
        "jo@example.org",
        "© Exampleton",
    ]
    for line in lines:
        assert ("heading", line) not in kinds(f"Benches\n\n{LONG}\n\n{line}\n\n{LONG}"), line


def test_last_line_is_no_heading() -> None:
    assert kinds(f"{LONG}\n\nThe end") == [("text", LONG), ("text", "The end")]


def test_row_of_short_lines_is_a_list_of_names() -> None:
    found = kinds(f"Present\n\nJo Doe\n\nAl Roe\n\nBo Poe\n\nCy Moe\n\n{LONG}")
    assert [line for kind, line in found if kind == "heading"] == ["Present"]


def test_bold_line_is_a_heading() -> None:
    assert kinds(f"Benches\n\n{LONG}\n\n**Iron ones**\n\n{LONG}")[2] == ("heading", "Iron ones")


def test_contents_list_gives_headings_and_goes() -> None:
    contents = "Wood: old and new\t2\nIron\t4\nStone ..... 9"
    parts = ["Wood: old and new", LONG, "Oak", LONG, "Iron", LONG, "Stone", LONG]
    blocks = text.read("\n\n".join(["Benches", "Contents", contents, *parts])).blocks
    assert [(b.text, b.level) for b in blocks if b.kind == "heading"] == [
        ("Benches", 1),
        ("Wood: old and new", 2),
        ("Oak", 3),
        ("Iron", 2),
        ("Stone", 2),
    ]
    assert "Contents" not in [b.text for b in blocks]


def test_table_that_resembles_contents_stays() -> None:
    assert only_table("Year\tBenches\n2001\t4\n2002\t9\n2003\t12").text.startswith("Year\tBenches")
    assert only_table("Oak\t4\nElm\t9\nAsh\t12").table is not None


def test_list_items_one_a_line() -> None:
    assert kinds("We mend:\n- wood that\n  has split\n• iron\n\n■ stone") == [
        ("text", "We mend:"),
        ("list", "- wood that has split\n• iron\n■ stone"),
    ]


def test_numbered_item_keeps_its_bullets() -> None:
    assert kinds("1. Wood:\n - oak\n - elm\n2. Iron:\n - cast\n3. Stone\n4. Brick") == [
        ("list", "1. Wood:\n- oak\n- elm"),
        ("list", "2. Iron:\n- cast"),
        ("list", "3. Stone\n4. Brick"),
    ]


def test_sentence_cut_by_a_page_break_is_one_block() -> None:
    start = "The largest group of benches stands in the wood by the river and\n\n\f"
    assert kinds(f"{start}along the canal. {LONG}\n\n{LONG}") == [
        ("text", f"{start.strip()}\nalong the canal. {LONG}"),
        ("text", LONG),
    ]


def test_table_with_caption_above() -> None:
    block = only_table("Table showing benches by wood.\n\nWood\tCount\tShare\nOak\t40\t80%\nElm\t10\n\nAfter.")
    assert block.table is not None
    assert block.table.caption == "Table showing benches by wood"
    assert block.table.header == ("Wood", "Count", "Share")
    assert block.table.rows == (("Oak", "40", "80%"), ("Elm", "10", "–"))
    assert block.text == "Wood\tCount\tShare\nOak\t40\t80%\nElm\t10\t–"


def test_caption_is_the_sentence_that_announces() -> None:
    block = only_table(f"{LONG} These are the counts:\nWood\tCount\nOak\t40\nElm\t10")
    assert block.table is not None
    assert block.table.caption == "These are the counts"


def test_long_paragraph_is_no_caption() -> None:
    block = only_table(f"{LONG} {LONG} {LONG}\n\nWood\tCount\nOak\t40\nElm\t10")
    assert block.table is not None
    assert block.table.caption == ""


def test_cells_with_markup() -> None:
    block = only_table('A\tB\n<p>One &amp; two.</p> <p>Three.</p>\t<ul style="x"> ■ Four <b>bold</b> ■ Five\n\tx < 5')
    assert block.table is not None
    assert block.table.rows == (("One & two. · Three.", "Four bold · Five"), ("", "x < 5"))


def test_indented_and_bulleted_text_is_no_table() -> None:
    assert [kind for kind, _ in kinds("\tIndented one\n\tIndented two\n\n•\tfirst\n•\tsecond")] == ["text", "list"]


def test_publisher_from_furniture() -> None:
    page = text.read(f"{LONG}\n\nGet in touch\n\nSend story ideas and follow Radio Exampleton on Facebook")
    assert page.metadata.publisher == "Radio Exampleton"
    assert [block.text for block in page.blocks] == [LONG]
