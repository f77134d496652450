"""Whatever the text, a reader gives blocks that tile, and soon."""

import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citewell.errors import DocumentError
from citewell.ingest.document import Block
from citewell.ingest.read import read_document
from citewell.ingest.readers import TEXT

SUFFIXES = (".txt", ".md", ".html", ".csv")
CHARACTERS = "\n\t ,;|#*-_`><\"'&.:“”0aA\f\0\r"
MARKS = ["\n\n", "- ", "1. ", "• ", "**", "| a | b |\n", "|-|-|\n", "---\n", "Contents", "Ab\t3\n", "====="]
FURNITURE = ["Weather", "Image caption,", "Leave a Reply"]
TAGS = [
    "<p>",
    "</p>",
    "<table>",
    "<tr>",
    "<td colspan=9>",
    "<td rowspan=3>",
    "</table>",
    "<li>",
    "<ul>",
    "<ol start=x>",
]
OTHERS = ["<main>", "<h2>", "<br>", "<!--", "<![CDATA[", "<?x", "&#0;", "<a:b>"]
PARTS = st.sampled_from([*CHARACTERS, *MARKS, *FURNITURE, *TAGS, *OTHERS])
ANY = st.text(max_size=300) | st.lists(PARTS, max_size=80).map("".join)


def check(blocks: tuple[Block, ...]) -> None:
    for block in blocks:
        assert block.text
        assert block.text == block.text.strip()
        assert (block.kind == "heading") == (block.level > 0)
        if block.table:
            rows = [block.table.header, *block.table.rows]
            assert block.text == "\n".join("\t".join(row) for row in rows)
            assert {len(row) for row in rows} == {len(block.table.header)}


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=150, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(text=ANY)
def test_any_text(suffix: str, text: str) -> None:
    check(TEXT[suffix](text).blocks)


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=60, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200) | ANY.map(str.encode))
def test_any_bytes(tmp_path: Path, suffix: str, data: bytes) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(data)
    try:
        check(read_document(path).blocks)
    except DocumentError as error:
        assert str(path) in str(error)


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "part",
    [
        "- a\n",
        "a\n\n",
        "A b\tc\n",
        "word ",
        "\n \n",
        "<div>",
        "<ol><li>",
        "<p>a",
        "> ",
        "[a](",
        "“a. ",
        ". . ",
        "**a",
        "\t",
        "|",
    ],
)
def test_repetition_is_no_trap(suffix: str, part: str) -> None:
    start = time.perf_counter()
    check(TEXT[suffix](part * (20_000 // len(part))).blocks)
    assert time.perf_counter() - start < 5
