"""Bytes to text: encodings by mark and by look, and what is no text at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from citewell.errors import DocumentError
from citewell.ingest.decode import decode

TEXT = "Café fees: £3 for a “small” cake – no more.\nSecond line.\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
def test_encodings(encoding: str) -> None:
    assert decode(TEXT.encode(encoding), "a.txt") == TEXT


def test_big_endian_mark() -> None:
    assert decode(b"\xfe\xff" + TEXT.encode("utf-16-be"), "a.txt") == TEXT


def test_latin_1() -> None:
    assert decode("Zoë paid £5 at the café".encode("latin-1"), "a.txt") == "Zoë paid £5 at the café"


def test_line_ends() -> None:
    assert decode(b"one\r\ntwo\rthree\n", "a.txt") == "one\ntwo\nthree\n"


def test_one_damaged_byte_does_not_spoil_the_rest() -> None:
    data = TEXT.encode() * 3
    assert decode(data.replace(b"small", b"sm\xffll", 1), "a.txt").count("“") == 3


@pytest.mark.parametrize("data", [b"", b" \r\n\t ", b"\xef\xbb\xbf", b"\xef\xbb\xbf  \n", " \n".encode("utf-16")])
def test_empty(data: bytes) -> None:
    with pytest.raises(DocumentError, match=r"^a\.txt: the file is empty; .*leave it out"):
        decode(data, "a.txt")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "PNG"),
        (b"%PDF-1.7\n1 0 obj", "PDF"),
        (b"PK\x03\x04" + b"word/document.xml", "ZIP"),
        (b"{\\rtf1\\ansi text}", "RTF"),
        (bytes(range(256)) * 20, "binary"),
        (b"text with\x00\x01\x02\x03 a tail" * 50, "binary"),
    ],
)
def test_not_text(data: bytes, kind: str) -> None:
    with pytest.raises(DocumentError, match=f"{kind}.*save it as text"):
        decode(data, "a.txt")


def test_false_mark() -> None:
    with pytest.raises(DocumentError, match=r"damaged at byte .*UTF-16.*UTF-8"):
        decode(b"\xff\xfea", "a.txt")


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_any_bytes(data: bytes) -> None:
    try:
        text = decode(data, "a.txt")
    except DocumentError:
        return
    assert text.strip()
    assert "\r" not in text
    assert "\0" not in text
