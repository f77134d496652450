"""Whatever the text or the damage, a reader gives sound blocks or names the file, and soon."""

import io
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from citewell.errors import DocumentError
from citewell.ingest.document import Block
from citewell.ingest.read import read_document
from citewell.ingest.readers import READERS, TEXT
from citewell.ingest.readers.page import UnreadableError
from citewell.tests.ingest.archives import changed
from citewell.tests.ingest.hostile import GOOD

SUFFIXES = tuple({read: suffix for suffix, read in TEXT.items()}.values())  # one of each reader
ZIPPED = b"PK\x03\x04"
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
GARBAGE = st.binary(max_size=40) | st.sampled_from(
    [b"<", b">", b"&x;", b'"', b"9" * 30, b"\xff" * 8, b"\n\n", b"endobj"]
)


def check(blocks: tuple[Block, ...]) -> None:
    for block in blocks:
        assert block.text
        assert block.text == block.text.strip()
        assert (block.kind == "heading") == (block.level > 0)
        if block.table:
            rows = [block.table.header, *block.table.rows]
            assert block.text == "\n".join("\t".join(row) for row in rows)
            assert {len(row) for row in rows} == {len(block.table.header)}


def check_bytes(path: Path, data: bytes) -> None:
    """What is read of a file with these bytes is sound, or the error names it."""
    path.write_bytes(data)
    try:
        document = read_document(path)
    except DocumentError as error:
        assert str(path) in str(error)
    else:
        check(document.blocks)
        assert not {"\0", "\r"} & set(document.text)


# Damage


def flip(data: bytes, at: int, number: int, _: bytes) -> bytes:
    return data[:at] + bytes([data[at] ^ 1 << number % 8]) + data[at + 1 :] if at < len(data) else data


def cut(data: bytes, at: int, *_: object) -> bytes:
    return data[:at]


def remove(data: bytes, at: int, number: int, _: bytes) -> bytes:
    return data[:at] + data[at + number :]


def swap(data: bytes, at: int, number: int, _: bytes) -> bytes:
    """Two neighbouring pieces in the other order."""
    middle, end = at + number, at + 2 * number
    return data[:at] + data[middle:end] + data[at:middle] + data[end:]


def repeat(data: bytes, at: int, number: int, _: bytes) -> bytes:
    return data[: at + number] + data[at:]


def insert(data: bytes, at: int, _: int, garbage: bytes) -> bytes:
    return data[:at] + garbage + data[at:]


WAYS: list[Callable[[bytes, int, int, bytes], bytes]] = [flip, cut, remove, swap, repeat, insert]


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    for way in draw(st.lists(st.sampled_from(WAYS), min_size=1, max_size=5)):
        content = way(content, draw(st.integers(0, len(content))), draw(st.integers(1, 200)), draw(GARBAGE))
    return content


@st.composite
def damaged_files(draw: st.DrawFn, good: bytes) -> bytes:
    """The file damaged; of an archive, as often one of its members, as the damage would not get past its checksum."""
    if not good.startswith(ZIPPED) or draw(st.booleans()):
        return draw(damaged(good))
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels"))}
    name = draw(st.sampled_from(sorted(members)))
    content = draw(damaged(members[name]))
    return changed(good, {name: lambda _: content})


def test_every_reader_has_a_good_file() -> None:
    assert set(GOOD) == set(READERS)


@pytest.mark.parametrize("suffix", sorted(READERS))
def test_good_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(GOOD[suffix]())
    document = read_document(path)
    check(document.blocks)
    assert "417" in document.text
    assert document.warnings == ()


@pytest.mark.parametrize("suffix", sorted(READERS))
def test_damaged_file(tmp_path: Path, suffix: str) -> None:
    good = GOOD[suffix]()
    examples = 15 if suffix == ".pdf" else 30  # each PDF is read in a process of its own

    @settings(max_examples=examples, derandomize=True, deadline=timedelta(seconds=10), database=None)
    @given(data=damaged_files(good))
    def check_damaged(data: bytes) -> None:
        check_bytes(tmp_path / f"a{suffix}", data)

    check_damaged()


# Text


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=150, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(text=ANY)
def test_any_text(suffix: str, text: str) -> None:
    try:
        page = TEXT[suffix](text)
    except UnreadableError as error:
        assert ";" in str(error), "no remedy"
    else:
        check(page.blocks)


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=60, deadline=2000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200) | ANY.map(str.encode))
def test_any_bytes(tmp_path: Path, suffix: str, data: bytes) -> None:
    check_bytes(tmp_path / f"a{suffix}", data)


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
def test_repetition_is_no_trap(tmp_path: Path, suffix: str, part: str) -> None:
    start = time.perf_counter()
    check_bytes(tmp_path / f"a{suffix}", part.encode() * (20_000 // len(part)))
    assert time.perf_counter() - start < 5
