"""Bytes → text: Unicode where the bytes say so, else Windows-1252."""

import re

from ..errors import DocumentError

BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),  # before UTF-16, whose mark it begins with
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "a rich text (RTF) document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"SQLite format 3", "a database"),
    (b"\x7fELF", "a program"),
)
REMEDY = "save it as text, Markdown, HTML or CSV and add that file"
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
MOST_CONTROL = 0.005  # share of control characters above which bytes are not text
SAMPLE_LENGTH = 4096  # bytes looked at for UTF-16 without a mark


def decode(data: bytes, source: str) -> str:
    """The text of a file, with line ends as `\\n`.

    UTF-8, UTF-16 and UTF-32 by their byte order mark; UTF-16 without one when plainly so; UTF-8; else Windows-1252,
    of which Latin-1 is a part.

    Raises:
        DocumentError: the file is empty, or holds something other than text.
    """
    if not data.strip():
        raise DocumentError(source, "the file is empty; add its text or leave it out")
    for magic, kind in MAGIC:
        if data.startswith(magic):
            raise DocumentError(source, f"this is {kind}, not text; {REMEDY}")
    text = _unicode(data, source).replace("\r\n", "\n").replace("\r", "\n")
    if len(CONTROL.findall(text)) > MOST_CONTROL * len(text):
        raise DocumentError(source, f"this is binary data, not text; {REMEDY}")
    text = CONTROL.sub("", text)
    if not text.strip().strip("\ufeff\u200b \n"):
        raise DocumentError(source, "the file is empty; add its text or leave it out")
    return text


def _unicode(data: bytes, source: str) -> str:
    encoding = next((name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)), None) or _unmarked_utf16(data)
    try:
        return data.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        if encoding:
            fault = f"damaged at byte {error.start}: it says that it is {encoding.upper()} but is not"
            raise DocumentError(source, f"{fault}; save it again as UTF-8") from error
    return _nearly_utf8(data) or _windows(data)


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 of mostly Western text has a zero in nearly every second byte, and hardly any in the others."""
    sample = data[: min(SAMPLE_LENGTH, len(data) // 2 * 2)]
    if len(sample) < 4 or len(data) % 2:
        return None
    half = len(sample) // 2
    even, odd = sample[::2].count(0) / half, sample[1::2].count(0) / half
    if max(even, odd) < 0.7 or min(even, odd) > 0.05:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _nearly_utf8(data: bytes) -> str | None:
    """UTF-8 with a few damaged bytes: far more of its non-ASCII characters are sound than not."""
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    sound = sum(1 for character in text if character > "\x7f") - damaged
    return text if sound > 4 * damaged else None


def _windows(data: bytes) -> str:
    """Windows-1252; the five bytes that it leaves undefined are read as Latin-1 does."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")
