"""Office files are ZIP archives: what must hold before one is opened, and what all of them say of themselves."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from lxml import etree  # type: ignore[import-untyped]

from ...errors import DocumentError
from .page import one_line

MAX_EXPANDED = 500 * 1024 * 1024  # bytes of all members
MAX_MARKUP = 64 * 1024 * 1024  # bytes of XML, which takes ten times as much memory once it is parsed
TAG = 20  # bytes that a tag counts for at the least: so many take as long to read as so much text
MAX_MEMBERS = 20_000
PIECE = 1024 * 1024  # bytes read at a time
OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # also the wrapping of a file with a password
DECLARATION = re.compile(rb"<\x00?!\x00?[Dd]\x00?[Oo]\x00?[Cc]\x00?[Tt]\x00?[Yy]")  # in UTF-16, too
MARKUP = (".xml", ".rels", ".vml")
TEMPLATE_TITLE = re.compile(
    r"microsoft (?:word|powerpoint|excel)\b.*|word document|powerpoint presentation|untitled.*"
    r"|(?:document|presentation|book|workbook|title)\s*\d*",
    re.I,
)


def check_archive(data: bytes, source: str, kind: str, most_markup: int = MAX_MARKUP) -> None:
    """Refuse an archive that is damaged, locked, or expands to more than it may.

    Args:
        kind: what the file should be, such as “a Word document”, for the error.
        most_markup: bytes of XML that the archive may hold.

    Raises:
        DocumentError: names the fault and the remedy.
    """
    if data.startswith(OLD_OFFICE):
        raise DocumentError(source, "has a password or is of the format before 2007; save it anew without either")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_members(archive.infolist(), source)
            _check_content(archive, source, kind, most_markup)
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, zlib.error) as error:
        raise damaged(source, kind) from error


def damaged(source: str, kind: str) -> DocumentError:
    """The error for what its own kind of program should be able to put right."""
    return DocumentError(source, f"damaged, or not {kind}; open it in its own program and save it again")


@contextmanager
def opened(data: bytes, source: str, kind: str, most_markup: int = MAX_MARKUP) -> Iterator[io.BytesIO]:
    """The checked archive as a file; whatever the library that reads it raises inside becomes a DocumentError."""
    check_archive(data, source, kind, most_markup)
    try:
        yield io.BytesIO(data)
    except DocumentError:
        raise
    # Half-damaged files make the libraries raise what their authors never thought of, from KeyError to RecursionError.
    except Exception as error:
        raise damaged(source, kind) from error


def given_title(title: str | None) -> str:
    """The title in a file's properties, unless it is one that the program puts there itself."""
    words = one_line(title or "")
    return "" if TEMPLATE_TITLE.fullmatch(words) else words


def company(data: bytes) -> str:
    """The company or council that an Office file says it is of; empty when it does not."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if "docProps/app.xml" not in archive.namelist():
            return ""
        parser = etree.XMLParser(resolve_entities=False, recover=True)  # so little is not worth the file
        properties = etree.fromstring(archive.read("docProps/app.xml"), parser)
    return "" if properties is None else one_line(properties.findtext("{*}Company") or "")


def _check_members(members: list[zipfile.ZipInfo], source: str) -> None:
    """Refuse a password, and sizes that the archive itself says are too large."""
    if any(member.flag_bits & 1 for member in members):
        raise DocumentError(source, "has a password; save it without one")
    expanded = sum(member.file_size for member in members)
    if expanded > MAX_EXPANDED or len(members) > MAX_MEMBERS:
        fault = f"expands to {expanded / 2**20:,.0f} MB in {len(members):,} parts, more than the limit of"
        raise DocumentError(source, f"{fault} {MAX_EXPANDED / 2**20:,.0f} MB in {MAX_MEMBERS:,}; split it")


def _check_content(archive: zipfile.ZipFile, source: str, kind: str, most_markup: int) -> None:
    """Expand every member, as the archive may lie about sizes, and look through the XML among them."""
    markup = 0  # bytes
    for member in archive.infolist():
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:  # Office writes no other
            raise damaged(source, kind)
        is_markup = member.filename.lower().endswith(MARKUP)
        said, member.file_size = member.file_size, MAX_EXPANDED  # so that what is there is read, not what is said
        size = 0
        with archive.open(member) as part:
            before = b""
            while piece := part.read(PIECE):
                size += len(piece)
                if size > said:
                    raise damaged(source, kind)
                # No Office program writes a document type, and with none no entity can be declared that expands.
                if is_markup and DECLARATION.search(before[-32:] + piece):
                    raise DocumentError(source, "declares XML entities, as no Office program does; save it again")
                markup += is_markup * max(len(piece), TAG * piece.count(b"<"))
                before = piece
    if markup > most_markup:
        fault = f"holds text and markup of {markup / 2**20:,.0f} MB, more than the limit of"
        raise DocumentError(source, f"{fault} {most_markup / 2**20:,.0f} MB; split it")
