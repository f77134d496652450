"""Files that are damaged, or made to do harm, and what must become of each.

They are made by code, small where they lie on the disk, and hold invented text. `write` puts them into a folder.
"""

import io
import os
import random
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Collection
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import AnyStr, NamedTuple

import docx
import openpyxl
import pptx
from pptx.util import Cm
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from citewell.errors import DocumentError
from citewell.ingest.read import read_document
from citewell.tests.ingest import compound
from citewell.tests.ingest.archives import changed, lying, saved, zipped

if sys.platform != "win32":
    import resource

MOST_ADDRESSES = 8 * 2**30  # bytes, so that what takes too much fails, and the machine does not

FIRST, SECOND, THIRD = (
    f"The {ward} ward has {bins} bins, which the crews empty on {day} before noon."
    for ward, bins, day in (("north", 417, "Monday"), ("south", 286, "Tuesday"), ("harbour", 593, "Friday"))
)
WORDS = (FIRST, SECOND, THIRD)
HTML_ROWS = "".join(f"<tr><td>{ward}</td><td>{bins}</td></tr>" for ward, bins in (("North", 417), ("South", 286)))


class Fate(NamedTuple):
    """What must become of a file.

    It is passed over, with the words of `skipped` in the reason; or refused, with those of `error`; or read, and then
    the document holds all the `texts`. Where not all of it can be read, a warning has the words of `missing`, or the
    whole is refused.
    """

    texts: tuple[str, ...] = ()
    error: str = ""
    missing: str = ""
    skipped: str = ""


class Case(NamedTuple):
    """How a file's bytes, or its text in UTF-8, are made, and its fate."""

    make: Callable[[], bytes | str]
    fate: Fate

    @property
    def data(self) -> bytes:
        """The file."""
        made = self.make()
        return made.encode() if isinstance(made, str) else made


def refused(error: str, make: Callable[[], bytes | str]) -> Case:
    return Case(make, Fate(error=error))


def whole(make: Callable[[], bytes | str], *texts: str) -> Case:
    return Case(make, Fate(texts or (FIRST,)))


def lacking(missing: str, make: Callable[[], bytes | str], *texts: str) -> Case:
    return Case(make, Fate(texts or (FIRST,), missing=missing))


# Good files, of which the bad ones are made; the fuzz test takes them, too


def pdf(**options: object) -> bytes:
    """Three pages."""
    file = io.BytesIO()
    canvas = Canvas(file, invariant=True, **options)
    for text in WORDS:
        canvas.drawString(72, 700, text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def word() -> bytes:
    document = docx.Document()
    document.add_heading("Bins", 1)
    for text in WORDS:
        document.add_paragraph(text)
    table = document.add_table(2, 2)
    for cell, text in zip((*table.rows[0].cells, *table.rows[1].cells), ("Ward", "Bins", "North", "417"), strict=True):
        cell.text = text
    return saved(document)


def sheets() -> bytes:
    """Three sheets."""
    book = openpyxl.Workbook()
    for name, text in zip(("North", "South", "Harbour"), WORDS, strict=True):
        sheet = book.create_sheet(name)
        for row in (("Ward", "Bins"), (name, 417), ("Note", text)):
            sheet.append(row)
    del book["Sheet"]
    return saved(book)


def slides() -> bytes:
    """Three slides."""
    presentation = pptx.Presentation()
    for text in WORDS:
        slide = presentation.slides.add_slide(presentation.slide_layouts[6])
        slide.shapes.add_textbox(Cm(2), Cm(4), Cm(10), Cm(5)).text_frame.text = text
        slide.notes_slide.notes_text_frame.text = "Say it slowly."
    return saved(presentation)


def message(text: str = FIRST) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Jo Smith <jo@exampleton.example>"
    mail["To"] = "Al <al@exampleton.example>"
    mail["Date"] = "Tue, 03 May 2022 10:05:00 +0100"
    mail["Subject"] = "Bin days"
    mail.set_content(text)
    return mail


def with_attached(*files: tuple[str, bytes]) -> bytes:
    """A mail with attachments."""
    mail = message()
    for name, content in files:
        mail.add_attachment(content, "application", "octet-stream", filename=name)
    return mail.as_bytes(policy=SMTP)


def page(body: str = "", head: str = "") -> str:
    return f"<html><head><title>Bins</title>{head}</head><body><main><p>{FIRST}</p>{body}</main></body></html>"


MARKDOWN = (
    f"---\ntitle: Bins\n---\n# Bins\n\n{FIRST}\n\n- *paper*\n- [glass](#a)\n\n| Ward | Bins |\n|-|-|\n| North | 417 |\n"
)
CSV = 'Ward,Bins,Note\nNorth,417,"first, and last"\nSouth,286,\nHarbour,593,late\n'
TEXT = f"BINS\n\n{FIRST}\n\n1. paper\n2. glass\n\nWard\tBins\nNorth\t417\nSouth\t286\n\n{SECOND}\n"

GOOD: dict[str, Callable[[], bytes]] = {
    ".csv": CSV.encode,
    ".docx": word,
    ".eml": lambda: with_attached(("days.csv", CSV.encode()), ("plan.docx", word())),
    ".htm": lambda: page(f"<table>{HTML_ROWS}</table>").encode(),
    ".html": lambda: page(f"<h2>Wards</h2><ul><li>{SECOND}</li></ul><table>{HTML_ROWS}</table><p>{THIRD}</p>").encode(),
    ".markdown": MARKDOWN.encode,
    ".md": MARKDOWN.encode,
    ".msg": lambda: outlook_mails(1),
    ".pdf": lambda: pdf(pageCompression=0),
    ".pptx": slides,
    ".txt": TEXT.encode,
    ".xlsm": sheets,
    ".xlsx": sheets,
}  # by the suffix of the reader


# Damage


def flipped(data: bytes, count: int, seed: int = 5, start: int = 0) -> bytes:
    """The bytes with so many bits turned, the first `start` bytes left as they are."""
    chance = random.Random(seed)
    damaged = bytearray(data)
    for _ in range(count):
        damaged[chance.randrange(start, len(data))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def cut(data: AnyStr, share: float = 0.5) -> AnyStr:
    return data[: int(len(data) * share)]


# PDF by hand


def objects(*bodies: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalogue."""
    data = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(bodies, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(bodies) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(data + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(bodies) + 1, start))


CATALOGUE = b"<</Type/Catalog/Pages 2 0 R>>"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (entries, len(content), content)


def deflated(content: bytes, times: int = 1) -> bytes:
    for _ in range(times):
        content = zlib.compress(content, 9)
    return stream(content, b"/Filter[%s]" % (b"/FlateDecode" * times))


def tree(kids: bytes = b"4 0 R", count: int = 1) -> bytes:
    return b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count)


def leaf(content: int = 5, more: bytes = b"", box: bytes = b"0 0 595 842", entries: bytes = b"") -> bytes:
    resources = b"<</Font<</F1 3 0 R>>%s>>" % more
    return b"<</Type/Page/Parent 2 0 R/MediaBox[%s]/Resources%s/Contents %d 0 R%s>>" % (
        box,
        resources,
        content,
        entries,
    )


def drawn(text: str = FIRST) -> bytes:
    return b"BT /F1 11 Tf 72 700 Td (%s) Tj ET" % text.encode()


def one_page(content: bytes, *others: bytes, **entries: bytes) -> bytes:
    """A PDF of one page; `content` is the object 5, and the others follow it."""
    return objects(CATALOGUE, tree(), FONT, leaf(5, **entries), content, *others)


def three_pages(*contents: bytes, kids: bytes = b"4 0 R 6 0 R 8 0 R") -> bytes:
    leaves = (part for number, content in enumerate(contents) for part in (leaf(5 + 2 * number), content))
    return objects(CATALOGUE, tree(kids, 3), FONT, *leaves)


def many_pages(count: int) -> bytes:
    kids = b" ".join([b"4 0 R"] * count)
    return objects(CATALOGUE, tree(kids, count), FONT, leaf(5), stream(drawn()))


def forms(depth: int, width: int) -> bytes:
    """Forms that each draw the next `width` times."""
    start = b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>/XObject<</X %d 0 R>>>>"
    inner = [stream(b"/X Do " * width, start % (7 + number)) for number in range(depth)]
    last = stream(drawn(), b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>")
    return one_page(stream(drawn() + b" /X Do"), *inner, last, more=b"/XObject<</X 6 0 R>>")


def many_words(count: int) -> bytes:
    return b" ".join(b"1 0 0 1 %d %d Tm (a) Tj" % (3 * (n % 190), n // 190 * 2) for n in range(count))


def self_drawn() -> bytes:
    entries = b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<</XObject<</X 6 0 R>>>>"
    return one_page(stream(drawn() + b" /X Do"), stream(b"/X Do", entries), more=b"/XObject<</X 6 0 R>>")


def pdf_outline_loop() -> bytes:
    catalogue = b"<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>"
    marks = [
        b"<</First 7 0 R/Last 8 0 R/Count 2>>",
        b"<</Title(Bins)/Parent 6 0 R/Next 8 0 R/First 7 0 R/Dest[4 0 R/Fit]>>",
        b"<</Title(Wards)/Parent 6 0 R/Next 7 0 R/Dest[4 0 R/Fit]>>",
    ]
    return objects(catalogue, tree(), FONT, leaf(5), stream(drawn()), *marks)


def pdf_cross_reference_loop() -> bytes:
    data = one_page(stream(drawn()))
    return data.replace(b"/Root 1 0 R>>", b"/Root 1 0 R/Prev %d>>" % data.index(b"xref\n0"))


def pdf_scrambled_references() -> bytes:
    data = pdf()
    start = data.rindex(b"xref\n0")
    return data[:start] + random.Random(3).randbytes(len(data) - start)


TOO_MUCH = "takes too much time or memory"
PDF: dict[str, Case] = {
    "locked.pdf": refused("has a password", lambda: pdf(encrypt=StandardEncryption("secret"))),
    "owner-locked.pdf": whole(lambda: pdf(encrypt=StandardEncryption("", "secret")), *WORDS),
    "page-tree-loop.pdf": refused("damaged, or not a PDF", lambda: objects(CATALOGUE, tree(b"2 0 R 2 0 R", 2), FONT)),
    "page-tree-loop-with-page.pdf": refused(
        "damaged, or not a PDF", lambda: objects(CATALOGUE, tree(b"4 0 R 2 0 R", 2), FONT, leaf(5), stream(drawn()))
    ),
    "two-billion-pages.pdf": whole(
        lambda: objects(CATALOGUE, tree(count=2_000_000_000), FONT, leaf(), stream(drawn()))
    ),
    "minus-one-page.pdf": whole(lambda: objects(CATALOGUE, tree(count=-1), FONT, leaf(), stream(drawn()))),
    "no-page.pdf": refused("damaged, or not a PDF", lambda: objects(CATALOGUE, tree(b"", 0))),
    "6000-pages.pdf": refused("6,000 pages are more than the limit", lambda: many_pages(6000)),
    "2000-pages.pdf": whole(lambda: many_pages(2000)),
    "content-bomb.pdf": refused("no text in it", lambda: one_page(deflated(b"0 0 m " * 20_000_000))),
    "blank-bomb.pdf": whole(lambda: one_page(deflated(drawn() + b" " * 150_000_000))),
    "word-bomb.pdf": refused(
        "words on one page", lambda: one_page(deflated(b"BT /F1 1 Tf %s ET" % many_words(50_001)))
    ),
    "filter-bomb.pdf": refused("no text in it", lambda: one_page(deflated(bytes(100_000_000), 3))),
    "form-bomb.pdf": refused(TOO_MUCH, lambda: forms(12, 20)),
    "self-drawn.pdf": whole(self_drawn),
    "outline-loop.pdf": whole(pdf_outline_loop),
    "reference-loop.pdf": whole(pdf_cross_reference_loop),
    "references-scrambled.pdf": refused("damaged, or not a PDF", pdf_scrambled_references),
    "references-shifted.pdf": whole(lambda: pdf().replace(b"%PDF-1.3", b"%PDF-1.3" + b" " * 99), *WORDS),
    "cut.pdf": refused("damaged, or not a PDF", lambda: cut(pdf())),
    "cut-end.pdf": refused("damaged, or not a PDF", lambda: cut(pdf(), 0.97)),
    "flipped.pdf": refused("damaged, or not a PDF", lambda: flipped(pdf(), 200)),
    "only-head.pdf": refused("damaged, or not a PDF", lambda: b"%PDF-1.7\n"),
    "second-page-garbled.pdf": lacking(
        "2",
        lambda: three_pages(
            stream(drawn()), stream(random.Random(1).randbytes(300), b"/Filter/FlateDecode"), stream(drawn(THIRD))
        ),
    ),
    "second-page-cut.pdf": lacking(
        "2",
        lambda: three_pages(
            stream(drawn()),
            stream(zlib.compress(b"\n".join(drawn(f"{n} {SECOND}") for n in range(50)))[:120], b"/Filter/FlateDecode"),
            stream(drawn(THIRD)),
        ),
    ),
    "second-page-gone.pdf": lacking(
        "2",
        lambda: three_pages(stream(drawn()), stream(drawn(SECOND)), stream(drawn(THIRD)), kids=b"4 0 R 99 0 R 8 0 R"),
    ),
    "second-page-without-font.pdf": whole(
        lambda: three_pages(stream(drawn()), stream(drawn(SECOND).replace(b"F1", b"F9")), stream(drawn(THIRD))), *WORDS
    ),
    "second-page-not-counted.pdf": lacking(
        "2",
        lambda: objects(
            CATALOGUE, tree(b"4 0 R 6 0 R", 1), FONT, leaf(5), stream(drawn()), leaf(7), stream(drawn(SECOND))
        ),
    ),
    "huge-box.pdf": whole(lambda: one_page(stream(drawn()), box=b"-9e30 -9e30 9e30 9e30")),
    "box-of-nothing.pdf": whole(lambda: one_page(stream(drawn()), box=b"0 0 0 0")),
    "huge-image.pdf": whole(
        lambda: one_page(
            stream(drawn() + b" q 500 0 0 500 0 0 cm /I Do Q"),
            stream(
                zlib.compress(bytes(9999)),
                b"/Type/XObject/Subtype/Image/Width 99999/Height 99999/BitsPerComponent 8/ColorSpace/DeviceRGB"
                b"/Filter/FlateDecode",
            ),
            more=b"/XObject<</I 6 0 R>>",
        )
    ),
    "picture.pdf": refused("damaged, or not a PDF", lambda: b"\x89PNG\r\n\x1a\n" + bytes(500)),
    "empty.pdf": refused("damaged, or not a PDF", bytes),
}


# Office

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
BODY, SHEET, SLIDE = "word/document.xml", "xl/worksheets/sheet2.xml", "ppt/slides/slide2.xml"
TEN = [f"&a{number};" * 10 for number in range(10)]
ENTITIES = "".join(f"<!ENTITY a{number} '{text}'>" for number, text in enumerate(TEN, 1))
LAUGHS = f"<!DOCTYPE a [<!ENTITY a0 'ha'>{ENTITIES}]>"
FOREIGN = '<!DOCTYPE a [<!ENTITY a10 SYSTEM "file:///etc/hostname">]>'


def word_with(xml: str, declared: str = "") -> bytes:
    """A Word document whose body is this XML, after a paragraph."""
    start = f"{declared}<w:document {W}><w:body><w:p><w:r><w:t>{FIRST}</w:t></w:r></w:p>"
    return changed(word(), {BODY: lambda _: f"{start}{xml}</w:body></w:document>".encode()})


def sheet_with(xml: str, declared: str = "", after: str = "") -> bytes:
    """A workbook whose second sheet has these rows as XML."""
    start = f"{declared}<worksheet {S}><dimension ref='A1:XFD1048576'/><sheetData>"
    return changed(sheets(), {SHEET: lambda _: f"{start}{xml}</sheetData>{after}</worksheet>".encode()})


def overlapping(count: int) -> bytes:
    """An archive whose directory names one member of 10 MB again and again."""
    data = zipped({"word/a.xml": bytes(10 * 2**20)})
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entry, size = data[start:end], (end - start) * count
    tail = (
        data[end : end + 8] + count.to_bytes(2, "little") * 2 + size.to_bytes(4, "little") + start.to_bytes(4, "little")
    )
    return data[:start] + entry * count + tail + b"\0\0"


def nested_zips(depth: int) -> bytes:
    data = bytes(2**20)
    for number in range(depth):
        data = zipped({f"{number}.zip": data, f"{number}.bin": bytes(2**20)})
    return data


def without(data: bytes, name: str) -> bytes:
    """The archive less a member."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return zipped({member: archive.read(member) for member in archive.namelist() if member != name})


def with_bad_checksum(data: bytes, name: str) -> bytes:
    """The archive with a member whose content is not what its checksum says."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return data.replace(struct.pack("<L", archive.getinfo(name).CRC), bytes(4))


def claiming(data: bytes, size: int) -> bytes:
    """The archive with a first member that is said to expand to so many bytes."""
    at = data.index(b"PK\x01\x02") + 24
    return data[:at] + struct.pack("<L", size) + data[at + 4 :]


@cache
def zip_bomb() -> bytes:
    """A Word document that expands to more than 500 MB."""
    return changed(word(), {"word/media/a.png": lambda _: bytes(510 * 2**20)})


def shared_text_bomb() -> bytes:
    """A workbook in which 90,000 cells share a text of 900 kB."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    data = sheet_with(f"<row>{'<c t=_s_><v>0</v></c>' * 10}</row>".replace("_", "'") * 9_000)
    part = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    return changed(
        data,
        {
            "xl/sharedStrings.xml": lambda _: f"<sst {S}><si><t>{'a b' * 300_000}</t></si></sst>".encode(),
            "[Content_Types].xml": lambda old: old.replace(b"</Types>", part.encode()),
        },
    )


def old_office() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000)


WIDE_ROW = (
    '<w:tr><w:tc><w:tcPr><w:gridSpan w:val="999999999"/></w:tcPr><w:p><w:r><w:t>North</w:t></w:r></w:p></w:tc>'
    "<w:tc><w:p><w:r><w:t>417</w:t></w:r></w:p></w:tc></w:tr>"
)
OFFICE: dict[str, Case] = {
    "cut.docx": refused("damaged, or not a Word document", lambda: cut(word())),
    "flipped.docx": refused("damaged, or not a Word document", lambda: flipped(word(), 60)),
    "empty.docx": refused("damaged", bytes),
    "text.docx": refused("damaged", TEXT.encode),
    "old.docx": refused("password or is of the format before 2007", old_office),
    "empty-zip.docx": refused("damaged", lambda: zipped({})),
    "no-body.docx": refused("damaged", lambda: without(word(), BODY)),
    "no-styles.docx": refused("damaged", lambda: without(word(), "word/styles.xml")),
    "sheets.docx": refused("damaged, or not a Word document", sheets),
    "zip-bomb.docx": refused("expands to", zip_bomb),
    "lying-sizes.docx": refused("damaged", lambda: lying(bytes(50 * 2**20), bytes(100))),
    "overlapping.docx": refused("expands to", lambda: overlapping(2000)),
    "overlapping-few.docx": refused("text and markup", lambda: overlapping(10)),
    "nested-zips.docx": whole(lambda: changed(word(), {"word/embeddings/a.zip": lambda _: nested_zips(20)}), *WORDS),
    "many-entries.docx": refused(
        "parts, more than the limit",
        lambda: changed(word(), dict.fromkeys((f"word/{n}" for n in range(20_001)), bytes)),
    ),
    "climbing-names.docx": whole(
        lambda: changed(
            word(), dict.fromkeys(("../../climbed.txt", "/tmp/climbed.txt", "..\\climbed.txt"), lambda _: b"x")
        ),
        *WORDS,
    ),
    "laughs.docx": refused(
        "declares XML entities", lambda: word_with("<w:p><w:r><w:t>&a10;</w:t></w:r></w:p>", LAUGHS)
    ),
    "foreign-entity.docx": refused(
        "declares XML entities", lambda: word_with("<w:p><w:r><w:t>&a10;</w:t></w:r></w:p>", FOREIGN)
    ),
    "deep-tables.docx": refused(
        "damaged", lambda: word_with("<w:tbl><w:tr><w:tc>" * 30_000 + "</w:tc></w:tr></w:tbl>" * 30_000)
    ),
    "deep-runs.docx": refused(
        "damaged", lambda: word_with("<w:sdt><w:sdtContent>" * 5_000 + "</w:sdtContent></w:sdt>" * 5_000)
    ),
    "wide-cell.docx": whole(lambda: word_with(f"<w:tbl>{WIDE_ROW * 2}</w:tbl>"), FIRST, "417"),
    "style-loop.docx": whole(
        lambda: changed(
            word(),
            {
                "word/styles.xml": lambda old: old.replace(
                    b'<w:basedOn w:val="Normal"/>', b'<w:basedOn w:val="Heading1"/>'
                )
            },
        ),
        *WORDS,
    ),
    "notes-gone.docx": lacking("note", lambda: word_with('<w:p><w:r><w:footnoteReference w:id="7"/></w:r></w:p>')),
    "file-put-in.docx": lacking("not read", lambda: word_with('<w:altChunk r:id="rId9" xmlns:r="urn:r"/>')),
    "body-cut-inside.docx": refused("damaged", lambda: changed(word(), {BODY: lambda old: old[: len(old) // 2]})),
    "markup-bomb.docx": refused("text and markup", lambda: word_with("<w:p/>" * 9_000_000)),
    "cut.xlsx": refused("damaged, or not an Excel workbook", lambda: cut(sheets())),
    "flipped.xlsx": refused("damaged", lambda: flipped(sheets(), 60)),
    "laughs.xlsx": refused(
        "declares XML entities", lambda: sheet_with("<row><c t='str'><v>&a10;</v></c></row>", LAUGHS)
    ),
    "million-rows.xlsx": refused("limit of 100,000 rows", lambda: sheet_with("<row><c><v>1</v></c></row>" * 1_000_000)),
    "million-columns.xlsx": refused(
        "limit of 1,000,000 cells", lambda: sheet_with(f"<row>{'<c><v>1</v></c>' * 1_000_001}</row>")
    ),
    "far-cell.xlsx": refused(
        "damaged", lambda: sheet_with("<row r='2000000000'><c r='A2000000000'><v>1</v></c></row>")
    ),
    "far-column.xlsx": refused("damaged", lambda: sheet_with("<row r='1'><c r='ZZZZZZ1'><v>1</v></c></row>")),
    "merged-bomb.xlsx": refused(
        "more than the limit of 2,000,000",
        lambda: sheet_with(
            "<row r='1'><c r='A1' t='str'><v>"
            + "Ward " * 50
            + "</v></c></row><row r='1048576'><c r='XFD1048576'><v>1</v></c></row>",
            after="<mergeCells><mergeCell ref='A1:XFD1048576'/></mergeCells>",
        ),
    ),
    "many-merges.xlsx": refused(
        "merges",
        lambda: sheet_with(
            "<row><c><v>1</v></c></row>",
            after="<mergeCells>"
            + "".join(f"<mergeCell ref='A{n}:B{n + 1}'/>" for n in range(1, 100_003))
            + "</mergeCells>",
        ),
    ),
    "shared-text-bomb.xlsx": refused("characters", shared_text_bomb),
    "second-sheet-gone.xlsx": lacking("South", lambda: without(sheets(), SHEET)),
    "second-sheet-cut.xlsx": refused("damaged", lambda: changed(sheets(), {SHEET: lambda old: old[:-60]})),
    "second-sheet-of-nothing.xlsx": refused("damaged", lambda: changed(sheets(), {SHEET: lambda _: b""})),
    "second-sheet-other-xml.xlsx": lacking("South", lambda: changed(sheets(), {SHEET: lambda _: b"<html/>"})),
    "second-sheet-checksum.xlsx": refused("damaged", lambda: with_bad_checksum(sheets(), SHEET)),
    "string-that-is-not-there.xlsx": refused("damaged", lambda: sheet_with("<row><c t='s'><v>99</v></c></row>")),
    "no-numbers.xlsx": refused("damaged", lambda: sheet_with("<row><c><v>12,5 or so</v></c></row>")),
    "endless-numbers.xlsx": refused(
        "damaged", lambda: sheet_with("<row><c><v>1e999</v></c><c><v>NaN</v></c><c><v>-1e308</v></c></row>")
    ),
    "errors.xlsx": whole(lambda: sheet_with("<row><c t='e'><v>#REF!</v></c><c><v>1</v></c></row>"), FIRST, "#REF!"),
    "no-result.xlsx": lacking("South", lambda: sheet_with("<row><c><f>SUM(A2:A9)</f></c><c><v>1</v></c></row>")),
    "cut.xlsm": refused("damaged", lambda: cut(sheets(), 0.9)),
    "cut.pptx": refused("damaged, or not a PowerPoint presentation", lambda: cut(slides())),
    "flipped.pptx": refused("damaged", lambda: flipped(slides(), 60)),
    "second-slide-gone.pptx": refused("damaged", lambda: without(slides(), SLIDE)),
    "second-slide-cut.pptx": refused("damaged", lambda: changed(slides(), {SLIDE: lambda old: old[:-60]})),
    "second-slide-other-xml.pptx": lacking("2", lambda: changed(slides(), {SLIDE: lambda _: b"<html/>"})),
    "second-notes-gone.pptx": lacking("2", lambda: without(slides(), "ppt/notesSlides/notesSlide2.xml")),
    "laughs.pptx": refused(
        "declares XML entities", lambda: changed(slides(), {SLIDE: lambda old: LAUGHS.encode() + old})
    ),
    "deep-groups.pptx": refused(
        "damaged",
        lambda: changed(
            slides(),
            {
                SLIDE: lambda old: old.replace(b"<p:sp>", b"<p:grpSp>" * 20_000 + b"<p:sp>").replace(
                    b"</p:sp>", b"</p:sp>" + b"</p:grpSp>" * 20_000
                )
            },
        ),
    ),
    "zip-bomb.pptx": refused("expands to", lambda: claiming(slides(), 600 * 2**20)),
}


# Mail


def parts(count: int, depth: int = 1) -> bytes:
    """A mail of so many parts, so many deep."""
    head = b"From: jo@exampleton.example\nSubject: Bins\nMIME-Version: 1.0\n"
    opened = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
    part = b"Content-Type: text/plain\n\n%s\n--b%d\n" % (FIRST.encode(), depth - 1)
    closed = b"".join(b"\n--b%d--\n" % n for n in reversed(range(depth)))
    return head + opened + part * count + closed


def mails_in_mails(depth: int) -> bytes:
    mail = message("This mail is the innermost.")
    for _ in range(depth):
        outer = message()
        outer.add_attachment(mail)
        mail = outer
    return mail.as_bytes(policy=SMTP)


def mail_as_mail() -> bytes:
    head = b"From: jo@exampleton.example\nSubject: Bins\nContent-Type: message/rfc822\n\n"
    return head + message().as_bytes()


def outlook_mails(depth: int) -> bytes:
    values = {0x0037: "Bin days", 0x0042: "Jo Smith", 0x1000: FIRST}
    mail = compound.message(values, inner=depth > 0)
    for level in reversed(range(depth)):
        mail = compound.message(values, compound.attached_message("Bin days", mail), inner=level > 0)
    return compound.compound_file(mail)


def chain_loop() -> bytes:
    """An Outlook mail whose sectors follow one another in a circle."""
    data = outlook_mails(0)
    return data[:-512] + data[-512:].replace(struct.pack("<I", 0xFFFFFFFE), bytes(4))


def attachment_with_gap() -> bytes:
    """A mail with an attachment whose Base64 has other signs in the middle."""
    data = with_attached(("days.csv", CSV.encode() * 99))
    return data[:3000] + b"\xff*!?" * 50 + data[3201:]


def mail_as(charset: str, content: bytes) -> bytes:
    return (
        b"From: jo@exampleton.example\nSubject: Bins\nContent-Type: text/plain; charset=%s\n\n" % charset.encode()
        + content
    )


MAIL: dict[str, Case] = {
    "no-mail.eml": refused("check that it is an e-mail", TEXT.encode),
    "empty.eml": refused("check that it is an e-mail", bytes),
    "noise.eml": refused("check that it is an e-mail", lambda: random.Random(2).randbytes(5000)),
    "deep-parts.eml": whole(lambda: parts(1, 390)),
    "deeper-parts.eml": refused("more than an e-mail may have", lambda: parts(1, 5000)),
    "many-parts.eml": refused("more than an e-mail may have", lambda: parts(5000)),
    "deep-mails.eml": lacking("3 deep", lambda: mails_in_mails(20)),
    "mail-as-mail.eml": whole(mail_as_mail, "jo@exampleton.example", FIRST),
    "bad-charset.eml": whole(lambda: mail_as("x-nothing-of-the-kind", FIRST.encode())),
    "lying-charset.eml": whole(lambda: mail_as("utf-16", f"{FIRST} Café.".encode())),
    "slow-charset.eml": whole(lambda: mail_as("punycode", (FIRST + " a" * 500_000).encode())),
    "boundary-of-a-million.eml": lacking("boundary", lambda: parts(1).replace(b"b0", b"b" * 1_000_000)),
    "boundary-in-itself.eml": whole(lambda: parts(3, 3).replace(b"b1", b"b0").replace(b"b2", b"b0")),
    "no-boundary.eml": lacking("boundary", lambda: parts(1).replace(b"; boundary=b0", b"")),
    "base64-broken.eml": refused(
        "damaged in the mail",
        lambda: message().as_bytes().replace(b'; charset="utf-8"', b"").replace(b"7bit", b"base64"),
    ),
    "attachment-base64-cut.eml": lacking("plan.docx", lambda: cut(with_attached(("plan.docx", word())), 0.6)),
    "attachment-cut.eml": lacking("days.csv", lambda: cut(with_attached(("days.csv", CSV.encode() * 99)), 0.6)),
    "attachment-base64-broken.eml": lacking("days.csv", attachment_with_gap),
    "attachment-bomb.eml": lacking("bomb.docx", lambda: with_attached(("bomb.docx", zip_bomb()))),
    "attachment-laughs.eml": lacking(
        "a.docx",
        lambda: with_attached(("a.docx", OFFICE["laughs.docx"].data), ("b.txt", SECOND.encode())),
        FIRST,
        SECOND,
    ),
    "attachment-climbs.eml": whole(lambda: with_attached(("../../climbed.txt", SECOND.encode())), FIRST, SECOND),
    "many-attachments.eml": lacking(
        "50", lambda: with_attached(*((f"{n}.txt", f"Day {n}".encode()) for n in range(60)))
    ),
    "huge-header.eml": whole(lambda: b"From: " + b"a@b.example, " * 800_000 + b"\n" + message().as_bytes()),
    "many-headers.eml": whole(lambda: b"X-A: =?utf-8?q?=41?=\n" * 200_000 + message().as_bytes()),
    "encoded-words.eml": whole(lambda: b"Comments: " + b"=?utf-8?q?=41?= " * 300_000 + b"\n" + message().as_bytes()),
    "cut.msg": refused("damaged, or not an Outlook mail", lambda: cut(outlook_mails(0))),
    "flipped.msg": refused("damaged, or not an Outlook mail", lambda: flipped(outlook_mails(0), 200)),
    "only-head.msg": refused("damaged, or not an Outlook mail", lambda: outlook_mails(0)[:512]),
    "chain-loop.msg": whole(chain_loop),
    "old-office.msg": refused("damaged, or not an Outlook mail", old_office),
    "deep-mails.msg": lacking("3 deep", lambda: outlook_mails(12)),
    "nothing-but-lines.eml": refused("more than an e-mail may have", lambda: b"Subject: Bins\n\n" + b"\n" * 20_000_000),
}


# Text


def stuffed(width: int, rows: int) -> bytes:
    """A short CSV file that is a large table once its rows are filled up."""
    return b"a," * width + b"a\n" + b"b\n" * rows


HTML: dict[str, Case] = {
    "deep-tags.html": lacking(
        "deep", lambda: page("<div>" * 100_000 + f"<p>{SECOND}</p>" + "</div>" * 100_000 + f"<p>{THIRD}</p>")
    ),
    "deep-unclosed.html": lacking("deep", lambda: page("<b>" * 100_000 + SECOND)),
    "deep-lists.html": lacking("deep", lambda: page("<ul><li>" * 2_000 + SECOND)),
    "deep-tables.html": lacking("deep", lambda: page("<table><tr><td>" * 2_000 + SECOND)),
    "deep-below-limit.html": whole(
        lambda: page("<div>" * 240 + f"<p>{SECOND}</p>" + "</div>" * 240 + f"<p>{THIRD}</p>"), *WORDS
    ),
    "deep.html": whole(
        lambda: page("<div>" * 2_000 + f"<p>{SECOND}</p>" + "</div>" * 2_000 + f"<p>{THIRD}</p>"), *WORDS
    ),
    "items-in-items.html": whole(lambda: page("<ul>" + "<li><div>" * 900 + SECOND + " bins" * 200_000), FIRST, SECOND),
    "headers-in-depth.html": whole(lambda: page("<div>" * 1_900 + "<header>b</header>" * 20_000 + SECOND)),
    "table-below-lists.html": whole(
        lambda: page("<ul><li>" * 900 + "<p>b</p>" * 20_000 + f"<table><tr><td>{SECOND}"), FIRST, SECOND
    ),
    "giant-attribute.html": whole(lambda: page(f'<p title="{"a" * 20_000_000}">{SECOND}</p><p>{THIRD}</p>'), *WORDS),
    "many-attributes.html": whole(
        lambda: page("<p " + " ".join(f"a{n}=1" for n in range(20_000)) + f">{SECOND}</p>"), FIRST, SECOND
    ),
    "giant-text.html": whole(lambda: page("<p>" + "bins " * 2_500_000 + f"</p><p>{SECOND}</p>"), FIRST, SECOND),
    "unclosed.html": whole(lambda: cut(page(f"<h2>Wards</h2><p>{SECOND}</p><table>{HTML_ROWS}"), 0.9), FIRST, SECOND),
    "unclosed-comment.html": whole(lambda: page(f"<!-- <p>{SECOND}</p>")),
    "unclosed-script.html": whole(lambda: page(f"<script><p>{SECOND}</p>")),
    "many-comments.html": whole(lambda: page("<!--" * 200_000 + "-->" + f"<p>{SECOND}</p>"), FIRST, SECOND),
    "laughs.html": whole(lambda: LAUGHS + page("<p>&a10;</p>")),
    "foreign-entity.html": whole(lambda: FOREIGN + page("<p>&a10;</p>")),
    "wide-cell.html": whole(
        lambda: page(f"<table><tr><td colspan=999999999 rowspan=999999999>{SECOND}</td></tr>{HTML_ROWS}</table>"),
        FIRST,
        SECOND,
    ),
    "wide-cells.html": refused(
        "more than the limit",
        lambda: page("<table>" + f"<tr>{'<td colspan=50 rowspan=50>417</td>' * 100}</tr>" * 50 + "</table>"),
    ),
    "many-tags.html": refused("more than the limit", lambda: page("<p>b</p>" * 500_000)),
    "spanned-rows.html": refused(
        "more than the limit", lambda: page("<table>" + "<tr><td colspan=50 rowspan=50></td></tr>" * 50_000)
    ),
    "spanned-text.html": refused(
        "more than the limit",
        lambda: page("<table>" + f"<tr><td colspan=50 rowspan=50>{'bins ' * 50_000}</td></tr>" * 20),
    ),
    "noise.html": refused("binary data", lambda: random.Random(4).randbytes(5000)),
    "picture.html": refused("a PNG image", lambda: b"\x89PNG\r\n\x1a\n" + bytes(500)),
    "lying-charset.html": whole(
        lambda: page(f"<p>Café. {SECOND}</p>", '<meta charset="utf-16">'), FIRST, f"Café. {SECOND}"
    ),
    "windows-charset.html": whole(
        lambda: page(f"<p>Café. {SECOND}</p>", '<meta charset="utf-8">').encode("cp1252"),
        FIRST,
        f"Café. {SECOND}",
    ),
    "nothing.html": refused("no text to search", lambda: b"<html><body></body></html>"),
}
CSVS: dict[str, Case] = {
    "giant-cell.csv": whole(lambda: f'Ward,Note\nNorth,{"bins " * 2_000_000}\n"{SECOND}",2\n', SECOND),
    "unclosed-quote.csv": refused("line 2 is never closed", lambda: f'Ward,Note\nNorth,"bins\nSouth,286\n{SECOND}\n'),
    "unclosed-last-quote.csv": whole(lambda: f'Ward,Note\nNorth,417\nSouth,"{SECOND}\n\n', "417", SECOND),
    "stray-quotes.csv": lacking(
        "line 2",
        lambda: 'Ward,Bins,Note\nNorth,417,"late\nSouth,286,\nHarbour,593,\nWest,12,"early\n',
        "417",
        "593",
    ),
    "quotes.csv": whole(lambda: b"Ward,Note\nNorth," + b'"' * 2_000_001 + b"\n", "Ward"),
    "nulls.csv": refused("binary data", lambda: CSV.replace(",", ",\0\0")),
    "10000-columns.csv": whole(
        lambda: b"\n".join(b",".join(b"%d" % n for n in range(10_000)) for _ in range(20)), "9999"
    ),
    "stuffed.csv": refused("more than the limit", lambda: stuffed(6_000, 6_000)),
    "commas.csv": refused("no text to search", lambda: b"," * 5_000_000),
    "many-rows.csv": whole(lambda: b"Ward,Bins\n" + b"North,1\n" * 300_000, "North"),
}
MARKDOWNS: dict[str, Case] = {
    "deep-quotes.md": refused("deep", lambda: f"{FIRST}\n\n{'>' * 50_000} {SECOND}\n"),
    "deep-quote-lines.md": refused("deep", lambda: f"{FIRST}\n\n" + "".join(f"{'> ' * n}a\n" for n in range(1_000))),
    "deep-lists.md": refused(
        "deep", lambda: f"{FIRST}\n\n" + "".join(f"{'  ' * n}- a\n" for n in range(2_000)) + f"\n{SECOND}"
    ),
    "deep-list-line.md": refused("deep", lambda: f"{FIRST}\n\n{'- ' * 5_000}{SECOND}\n"),
    "lists.md": whole(lambda: "".join(f"{'  ' * n}- level {n}\n" for n in range(12)) + f"\n{FIRST}", FIRST, "level 11"),
    "brackets.md": whole(lambda: f"{FIRST}\n\n{'[' * 50_000}{SECOND}\n", FIRST, SECOND),
    "links.md": whole(lambda: f"{FIRST}\n\n{'[a](' * 20_000}{SECOND}\n", FIRST, SECOND),
    "images.md": whole(lambda: f"{FIRST}\n\n{'![' * 5_000}a{'](b)' * 5_000} {SECOND}\n", FIRST, SECOND),
    "emphasis.md": whole(lambda: f"{FIRST}\n\n{'*a **b ' * 20_000}{SECOND}\n", FIRST, SECOND),
    "nested-emphasis.md": refused("deep", lambda: f"{FIRST}\n\n{'*' * 10_001}{SECOND}{'*' * 10_001}\n"),
    "backticks.md": whole(
        lambda: f"{FIRST}\n\n" + " ".join("`" * n for n in range(1, 1_500)) + f" {SECOND}\n", FIRST, SECOND
    ),
    "references.md": whole(lambda: f"{FIRST}\n\n" + "".join(f"[a{n}]: b\n" for n in range(30_000)) + "[a1]" * 30_000),
    "tables.md": whole(lambda: f"{FIRST}\n\n{'|a' * 3_000}|\n{'|-' * 3_000}|\n{'|b|' + chr(10)}"),
    "stuffed.md": whole(
        lambda: f"{FIRST}\n\n{'|a' * 1_000}|\n{'|-' * 1_000}|\n{('|b|' + chr(10)) * 1_000}|{SECOND}|\n",
        FIRST,
        SECOND,
    ),
    "unclosed-fence.md": whole(lambda: f"{FIRST}\n\n```\n{SECOND}\n\n{THIRD}", *WORDS),
    "unclosed-front.md": whole(lambda: f"---\ntitle: Bins\n\n{FIRST}\n"),
    "laughs.md": whole(lambda: f"---\na: &a [x,x]\nb: &b [*a,*a]\n---\n{FIRST}\n"),
    "html.md": whole(lambda: f"{FIRST}\n\n{'<div>' * 50_000}\n\n{SECOND}\n\n<div>\n{THIRD}\n</div>\n", *WORDS),
    "deep-html.md": refused("deep", lambda: f"{FIRST}\n\n{'<div>' * 50_000}{SECOND}\n"),
    "rule-at-the-start.md": whole(lambda: f"---\n\n# Bins\n\n{FIRST}\n\n---\n\n{SECOND}\n", FIRST, SECOND),
    "entities.md": whole(lambda: f"{FIRST}\n\n{'&amp;' * 100_000} {SECOND}\n", FIRST, SECOND),
    "angles.md": whole(lambda: f"{FIRST}\n\n{'<a ' * 30_000} {SECOND}\n", FIRST, SECOND),
    "declarations.md": whole(
        lambda: f"{FIRST}\n\na {'<!A ' * 30_000}{'<![CDATA[' * 9_000}{'<?' * 9_000}{'<!--' * 9_000} {SECOND}\n",
        FIRST,
        SECOND,
    ),
}
TEXTS: dict[str, Case] = {
    "one-line.txt": whole(lambda: f"{FIRST} " * 100_000),
    "one-word.txt": whole(lambda: f"{FIRST}\n\n{'a' * 20_000_000}"),
    "spaces.txt": whole(lambda: FIRST + " " * 5_000_000 + SECOND, FIRST, SECOND),
    "tabs.txt": whole(lambda: f"{FIRST}\n\n" + ("a" + "\t" * 1_900 + "b\n") * 1_000 + SECOND, FIRST, SECOND),
    "stuffed.txt": refused("more than the limit", lambda: "a\t" * 6_000 + "b\n" + "c\td\n" * 6_000),
    "control.txt": whole(lambda: FIRST * 20 + "\x01\x1b[31m" + SECOND, FIRST, SECOND),
    "noise.txt": refused("binary data", lambda: random.Random(6).randbytes(5000)),
    "utf16-unmarked.txt": whole(lambda: TEXT.encode("utf-16-le"), FIRST, SECOND),
    "utf16-cut.txt": refused("damaged at byte", lambda: TEXT.encode("utf-16")[:-1]),
    "utf7.txt": whole(lambda: f"{FIRST} Café".encode("utf-7")),
    "surrogates.txt": whole(lambda: f"{FIRST} \ud800\udfff\udc80".encode("utf-8", "surrogatepass")),
    "surrogates-utf16.txt": refused(
        "damaged at byte", lambda: b"\xff\xfe" + f"{FIRST} \ud800 a".encode("utf-16-le", "surrogatepass")
    ),
    "right-to-left.txt": whole(lambda: f"{FIRST}\n\n\u202e{SECOND}\u202c\u200f", FIRST, SECOND),
    "marks.txt": whole(lambda: FIRST + " Cafe" + "\u0301" * 100_000),
    "two-marks.txt": whole(lambda: "\ufeff\ufeff" + TEXT, FIRST, SECOND),
    "returns.txt": whole(lambda: TEXT.replace("\n", "\r"), FIRST, SECOND),
    "empty.txt": refused("the file is empty", bytes),
    "white.txt": refused("the file is empty", lambda: b" \t\r\n\x0b\x0c" * 1000),
    "white-unicode.txt": refused("no text", lambda: "\ufeff\u200b\u00a0\u2003\n" * 100),
    "report.txt": refused("a PDF", pdf),
    "archive.txt": refused("a ZIP archive", word),
    "nulls.txt": refused("binary data", lambda: bytes(100_000)),
}
CASES: dict[str, Case] = PDF | OFFICE | MAIL | HTML | CSVS | MARKDOWNS | TEXTS


# Names, and what is no file

NAMES = (
    "new\nline.txt",
    "-rf.txt",
    "\U0001f5d1\ufe0f.txt",
    "\u202egnp.txt",
    "\x1b[31mred.txt",
    "[bold]mark[nothing].txt",
    "%s {0} $(id) `id`.txt",
    "quote'\".txt",
    "C:\\bins.txt",
    " .txt",
    "a.pdf.txt",
    "CAPITALS.TXT",
    "long" * 62 + ".txt",
)


def text_of(number: int) -> str:
    """What the file with an odd name of this number says."""
    return f"Lorry number {number + 40} leaves the depot at {number + 3} minutes past six and comes back at noon."


IS_ROOT = sys.platform != "win32" and os.geteuid() == 0  # who may read all
LINKS = {
    "nothing.pdf": "gone.pdf",
    "circle-1.txt": "circle-2.txt",
    "circle-2.txt": "circle-1.txt",
    "zero.txt": "/dev/zero",
}
FATES: dict[str, Fate] = {
    **{name: case.fate for name, case in CASES.items()},
    **{
        name: Fate(skipped="characters that are no text") if {"\n", "\x1b"} & set(name) else Fate((text_of(number),))
        for number, name in enumerate(NAMES)
    },
    **dict.fromkeys((*LINKS, "pipe.txt"), Fate(skipped="not a file")),
    "folder.pdf/inside.txt": Fate((THIRD,)),
    "vast.txt": Fate(error="more than the limit"),
    "closed.txt": Fate((SECOND,)) if IS_ROOT else Fate(error="permission denied"),
}  # by name, or path below the folder


def write(folder: Path, names: Collection[str] = FATES, empty: bool = False) -> None:
    """Put the files of these names into a folder, and a link to the folder itself; nothing in them if `empty`."""
    texts = {name: text_of(number) for number, name in enumerate(NAMES)}
    texts |= {"folder.pdf/inside.txt": THIRD, "closed.txt": SECOND}
    (folder / "folder.pdf").mkdir()
    (folder / "round.txt").symlink_to(".")
    for name in names:
        path = folder / name
        if name in CASES:
            path.write_bytes(b"" if empty else CASES[name].data)
        elif name in LINKS:
            path.symlink_to(LINKS[name])
        elif name == "pipe.txt":
            os.mkfifo(path)
        else:
            path.write_text(texts.get(name, ""), encoding="utf-8")
    if "vast.txt" in names:
        os.truncate(folder / "vast.txt", 2**40)
    if "closed.txt" in names:
        (folder / "closed.txt").chmod(0)


# Trying them


class Outcome(NamedTuple):
    """What became of a file; `lost` are the texts that it was to hold and does not."""

    source: str = ""
    error: str = ""
    lost: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0  # of processor time, those of processes that it began included
    memory: int = 0  # bytes: the most up to now


def attempts(tasks: Connection) -> None:
    """Read one file after another: its path and texts come in, the outcome goes out. For a process of its own."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))
    while True:
        try:
            path, texts = tasks.recv()
        except EOFError:
            return
        before = used()[0]
        outcome = attempt(path, texts)
        seconds, memory = used()
        tasks.send(outcome._replace(seconds=seconds - before, memory=memory))


def attempt(path: Path, texts: tuple[str, ...]) -> Outcome:
    try:
        document = read_document(path)
    except DocumentError as error:
        return Outcome(error.source, error=error.fault)
    lost = tuple(text for text in texts if text not in document.text)
    return Outcome(document.source, lost=lost, warnings=document.warnings)


def used() -> tuple[float, int]:
    """The processor time of this process and of those that it began, and the most memory that one of them had."""
    usage = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    memory = max(each.ru_maxrss for each in usage) * (1 if sys.platform == "darwin" else 1024)
    return sum(each.ru_utime + each.ru_stime for each in usage), memory
