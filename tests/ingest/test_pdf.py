"""PDF to blocks, from files made here with reportlab and by hand."""

import io
import random
import time
import zlib
from base64 import a85encode
from collections.abc import Callable, Iterable, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    ListFlowable,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

from citewell.errors import DocumentError
from citewell.ingest.caption import captioned
from citewell.ingest.chunk import chunk_document
from citewell.ingest.document import Block, Document, Metadata
from citewell.ingest.readers import Page, ocr
from citewell.ingest.readers.pdf import read
from citewell.tests.ingest.printed import BODY, PROSE, STAFF, story

TITLE = ParagraphStyle("title", parent=BODY, fontName="Helvetica-Bold", fontSize=20, leading=24)
HEADING = ParagraphStyle("heading", parent=BODY, fontName="Helvetica-Bold", fontSize=14, leading=17)
BOLD = ParagraphStyle("bold", parent=BODY, fontName="Helvetica-Bold")
RULED = [("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "TOP")]


def drawn(*pages: Callable[[Canvas], object], size: tuple[float, float] = A4, **options: object) -> bytes:
    """A PDF whose pages are drawn by hand."""
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=size, **options)
    for page in pages:
        page(canvas)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def lines(canvas: Canvas, texts: Iterable[str], x: float = 72, y: float = 700, font: str = "Helvetica") -> None:
    """Lines of 11 points under one another."""
    canvas.setFont(font, 11)
    for number, text in enumerate(texts):
        canvas.drawString(x, y - 14 * number, text)


def blocks(data: bytes) -> list[tuple[str, int, str, int | None]]:
    return [(block.kind, block.level, block.text, block.page) for block in read(data, "a.pdf").blocks]


def table(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join("\t".join(row) for row in rows)


def test_headings_paragraphs_lists_and_table() -> None:
    items = ListFlowable([Paragraph(text, BODY) for text in (PROSE, "glass")], bulletType="bullet")
    data = story(
        Paragraph("Waste in Exampleton", TITLE),
        Paragraph(PROSE, BODY),
        Paragraph("What is taken", HEADING),
        Paragraph("The crews take:", BODY),
        items,
        Paragraph("1. first of all", BODY),
        PageBreak(),
        Paragraph("Staff", HEADING),
        Paragraph("Table showing staff by role.", BODY),
        Table(STAFF, style=RULED),
        Paragraph(PROSE, BODY),
        title="Waste report",
    )
    assert blocks(data) == [
        ("heading", 1, "Waste in Exampleton", 1),
        ("text", 0, PROSE, 1),
        ("heading", 2, "What is taken", 1),
        ("text", 0, "The crews take:", 1),
        ("list", 0, f"- {PROSE}\n- glass\n1. first of all", 1),
        ("heading", 2, "Staff", 2),
        ("text", 0, "Table showing staff by role.", 2),
        ("table", 0, table(STAFF), 2),
        ("text", 0, PROSE, 2),
    ]
    assert read(data, "a.pdf").metadata.title == "Waste report"


def test_rows_are_units_with_their_header() -> None:
    page = read(story(Table(STAFF, style=RULED)), "a.pdf")
    (chunk,) = chunk_document(Document("/a.pdf", "a.pdf", Metadata("Staff"), "0", page.blocks))
    assert chunk.page == 1
    assert chunk.header == tuple(STAFF[0])
    rows = [chunk.text[unit.start : unit.end] for unit in chunk.units if unit.kind == "row"]
    assert rows == ["\t".join(row) for row in STAFF[1:]]


def rule(kind: str, start: tuple[int, int] = (0, 0), end: tuple[int, int] = (-1, -1)) -> tuple[object, ...]:
    return kind, start, end, 0.5, colors.black


STYLES = {
    "a rule under each row": [rule("LINEBELOW")],
    "three rules": [rule("LINEABOVE", end=(-1, 1)), rule("LINEBELOW", (0, -1))],
    "open sides": [rule("INNERGRID")],
    "no rules between rows": [rule("BOX"), rule("LINEBELOW", end=(-1, 0)), rule("LINEAFTER")],
    "shaded rows": [("ROWBACKGROUNDS", (0, 0), (-1, -1), [colors.lightgrey, colors.lightblue])],
    "no rules": [],
}


@pytest.mark.parametrize("style", STYLES)
def test_table_styles(style: str) -> None:
    made = Table(STAFF, style=STYLES[style], colWidths=[210, 80, 85, 100])
    found = blocks(story(Paragraph(PROSE, BODY), made, Paragraph(PROSE, BODY)))
    assert [(kind, text) for kind, _, text, _ in found] == [("text", PROSE), ("table", table(STAFF)), ("text", PROSE)]


def test_cells_of_several_lines_and_lists() -> None:
    cell = [
        Paragraph("Weekly, from six in the morning:", BODY),
        Paragraph("• paper and card", BODY),
        Paragraph("• glass", BODY),
    ]
    rows = [["Area", "Collection"], [Paragraph("North of the river, with the market", BODY), cell], ["South", ""]]
    found = blocks(story(Table(rows, style=RULED, colWidths=[100, 200])))
    lines = [
        "Area\tCollection",
        "North of the river, with the market\tWeekly, from six in the morning: · paper and card · glass",
    ]
    assert found == [("table", 0, "\n".join([*lines, "South\t–"]), 1)]


def test_merged_cells() -> None:
    rows = [["Area", "Tonnes", ""], ["", "2023", "2024"], ["North", "10", "12"], ["South", "7", "8"], ["", "3", "4"]]
    spans = [("SPAN", (0, 0), (0, 1)), ("SPAN", (1, 0), (2, 0)), ("SPAN", (0, 3), (0, 4))]
    (found,) = blocks(story(Table(rows, style=[*RULED, *spans])))
    assert found[2] == "Area\tTonnes 2023\tTonnes 2024\nNorth\t10\t12\nSouth\t7\t8\nSouth\t3\t4"


@pytest.mark.parametrize("repeat", [0, 1])
def test_table_over_pages(repeat: int) -> None:
    rows = [["Street", "Day"], *([f"Street {number}", "Mon"] for number in range(60))]
    found = read(story(Table(rows, style=RULED, repeatRows=repeat)), "a.pdf").blocks
    assert [block.page for block in found] == [1, 2]
    assert all(block.table and block.table.header == ("Street", "Day") for block in found)
    assert [list(row) for block in found if block.table for row in block.table.rows] == rows[1:]


@pytest.mark.parametrize("repeat", [0, 1])
def test_both_parts_of_a_table_over_pages_are_cited_with_caption_and_header(repeat: int) -> None:
    rows = [["Street", "Day"], *([f"Street {number}", "Mon"] for number in range(60))]
    data = story(Paragraph("Table 2: Days by street", BODY), Table(rows, style=RULED, repeatRows=repeat))
    found = tuple(captioned(read(data, "a.pdf").blocks))
    chunks = chunk_document(Document("/a.pdf", "a.pdf", Metadata("Bins"), "0", found))
    tables = [chunk for chunk in chunks if chunk.kind == "table"]
    assert {chunk.page for chunk in tables} == {1, 2}
    assert {(chunk.caption, chunk.header) for chunk in tables} == {("Days by street", ("Street", "Day"))}
    cited = [chunk.text[unit.start : unit.end] for chunk in tables for unit in chunk.units if unit.kind == "row"]
    assert cited == ["\t".join(row) for row in rows[1:]]


def test_row_that_the_end_of_a_page_cuts() -> None:
    def start(canvas: Canvas) -> None:
        canvas.grid([72, 200, 500], [60, 88, 106])
        lines(canvas, ["Area", "North"], 75, 92)
        lines(canvas, ["Rule", "Bins are put out before seven in the"], 205, 92)

    def end(canvas: Canvas) -> None:
        canvas.grid([72, 200, 500], [740, 760, 780])
        lines(canvas, ["South"], 75, 745)
        lines(canvas, ["morning."], 205, 765)
        lines(canvas, ["None"], 205, 745)

    assert [block[2:] for block in blocks(drawn(start, end))] == [
        ("Area\tRule\nNorth\tBins are put out before seven in the morning.", 1),
        ("Area\tRule\nSouth\tNone", 2),
    ]


def two_columns(texts: Sequence[Flowable]) -> bytes:
    file = io.BytesIO()
    document = BaseDocTemplate(file, pagesize=A4)
    frames = [Frame(60, 60, 225, 700), Frame(305, 60, 225, 700)]
    document.addPageTemplates([PageTemplate("two", frames)])
    document.build(list(texts))
    return file.getvalue()


def test_two_columns_in_order_of_reading() -> None:
    texts = [f"Part {number}. {PROSE}" for number in range(14)]
    found = blocks(two_columns([Paragraph(text, BODY) for text in texts]))
    assert [text for _, _, text, _ in found] == texts


def test_two_columns_under_a_title_with_a_table_across() -> None:
    def page(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 22)
        canvas.drawString(72, 760, "Waste and recycling in Exampleton")
        lines(canvas, [f"left line {number} of the first half column" for number in range(8)], 72, 720)
        lines(canvas, [f"right line {number} of the first half column" for number in range(8)], 320, 720)
        canvas.grid([72, 300, 530], [560, 580, 600])
        lines(canvas, ["Area"], 75, 585), lines(canvas, ["Day"], 305, 585)
        lines(canvas, ["North"], 75, 565), lines(canvas, ["Mon"], 305, 565)
        lines(canvas, [f"left line {number} of the second half column" for number in range(8)], 72, 530)
        lines(canvas, [f"right line {number} of the second half column" for number in range(8)], 320, 530)

    found = " ".join(text for _, _, text, _ in blocks(drawn(page)))
    order = ["Waste", "left line 0 of the f", "left line 7 of the f", "right line 0 of the f", "Area\tDay\nNorth\tMon"]
    order += ["left line 0 of the s", "left line 7 of the s", "right line 0 of the s", "right line 7 of the s"]
    places = [found.index(text) for text in order]
    assert places == sorted(places)


def test_labels_and_what_they_stand_for_stay_together() -> None:
    pairs = {
        "Chair": "Mary Smith",
        "Deputy chair": "John Brown",
        "Clerk of the board": "Ann Poe",
        "Guest": "Al Green",
    }

    def page(canvas: Canvas) -> None:
        lines(canvas, pairs)
        lines(canvas, pairs.values(), 320)

    assert [text for _, _, text, _ in blocks(drawn(page))] == [" ".join(pair) for pair in pairs.items()]


def test_headers_and_footers_are_dropped_and_figures_kept() -> None:
    def page(number: int) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            canvas.setFont("Helvetica", 9)
            canvas.drawString(72, 810, "Exampleton Council – Waste report")
            canvas.drawString(280, 30, f"Page {number} of 4")
            canvas.drawString(72, 45, f"Population {number * number * 977}")
            lines(canvas, [f"Ward {number} has a depot.", "Exampleton Council – Waste report"])

        return draw

    found = blocks(drawn(*(page(number) for number in range(1, 5))))
    text = "\n".join(text for _, _, text, _ in found)
    assert "Page" not in text
    assert text.count("Waste report") == 4
    assert [f"Population {number * number * 977}" in text for number in range(1, 5)] == [True] * 4


def test_outline_gives_headings() -> None:
    def page(canvas: Canvas) -> None:
        canvas.bookmarkPage("bins")
        canvas.addOutlineEntry("Bins", "bins", 0)
        canvas.bookmarkPage("garden")
        canvas.addOutlineEntry("Garden waste", "garden", 1)
        lines(canvas, ["1. Bins", "Bins are emptied weekly.", "Garden waste", "It is taken from March."])

    assert blocks(drawn(page)) == [
        ("heading", 1, "1. Bins", 1),
        ("text", 0, "Bins are emptied weekly.", 1),
        ("heading", 2, "Garden waste", 1),
        ("text", 0, "It is taken from March.", 1),
    ]


def test_contents_are_dropped() -> None:
    def contents(canvas: Canvas) -> None:
        lines(canvas, ["Contents", "Introduction", "Bins of all colours", "Costs", "", "Written by the depot."])
        lines(canvas, ["2", "2", "3"], 500, 686)

    def body(*titles: str) -> Callable[[Canvas], None]:
        return lambda canvas: [
            (
                lines(canvas, [title], 72, 700 - 100 * n, "Helvetica-Bold"),
                lines(canvas, [f"{title} are told here."], 72, 670 - 100 * n),
            )
            for n, title in enumerate(titles)
        ]

    found = blocks(drawn(contents, body("Introduction", "Bins of all colours"), body("Costs")))
    assert [text for _, _, text, _ in found][:2] == ["Written by the depot.", "Introduction"]
    assert not any("Contents" in text for _, _, text, _ in found)


def test_lines_are_joined_and_hyphens_mended_only_when_known() -> None:
    def page(canvas: Canvas) -> None:
        first = [
            "The emptying of bins in the multi-",
            "storey car park is a matter of empty-",
            "ing them from the side, pre-",
        ]
        lines(canvas, [*first, "and post-collection, without 20-", "30 litre bags."])

    (found,) = blocks(drawn(page))
    assert found[2] == (
        "The emptying of bins in the multi-storey car park is a matter of emptying them from the side, pre- "
        "and post-collection, without 20- 30 litre bags."
    )


def test_note_numbers_are_not_read_as_figures() -> None:
    data = story(Paragraph("The share is 40%<super size=7>3</super> of all 12<super size=7>1</super> wards.", BODY))
    assert blocks(data)[0][2] == "The share is 40%³ of all 12¹ wards."


def test_sentence_over_pages() -> None:
    data = drawn(
        lambda canvas: lines(canvas, ["The crews start at six in the morning and they"], y=100),
        lambda canvas: lines(canvas, ["report blocked streets."]),
    )
    assert blocks(data) == [("text", 0, "The crews start at six in the morning and they report blocked streets.", 1)]


def test_turned_page() -> None:
    def page(canvas: Canvas) -> None:
        canvas.rotate(90)
        canvas.translate(0, -A4[0])
        made = Table(STAFF, style=RULED)
        made.wrapOn(canvas, 700, 500)
        made.drawOn(canvas, 72, 300)

    assert blocks(drawn(page)) == [("table", 0, table(STAFF), 1)]


def test_box_and_chart_are_no_tables() -> None:
    def page(canvas: Canvas) -> None:
        canvas.rect(70, 680, 400, 40)
        lines(canvas, ["Do you know when your bins are", "emptied?"])
        canvas.grid(range(72, 400, 20), range(300, 500, 20))
        lines(canvas, ["0", "50"], 60, 300)

    assert not any(kind == "table" for kind, *_ in blocks(drawn(page)))


@pytest.mark.parametrize("title", ["Waste report 2024", "Constitution", "Slide safety in parks"])
def test_titles(title: str) -> None:
    assert (
        read(drawn(lambda canvas: (canvas.setTitle(title), lines(canvas, ["Bins"]))), "a.pdf").metadata.title == title
    )


@pytest.mark.parametrize("title", ["Microsoft Word - report_v2.docx", "report_v2", "waste.pdf", "untitled", "", "12"])
def test_titles_that_are_none(title: str) -> None:
    assert read(drawn(lambda canvas: (canvas.setTitle(title), lines(canvas, ["Bins"]))), "a.pdf").metadata.title == ""


@pytest.mark.parametrize(("author", "given"), [("Jo Smith", "Jo Smith"), ("Adobe InDesign", ""), ("(anonymous)", "")])
def test_author(author: str, given: str) -> None:
    page = read(drawn(lambda canvas: (canvas.setAuthor(author), lines(canvas, ["Bins"]))), "a.pdf")
    assert page.metadata.author == given


# What cannot be read


def image(canvas: Canvas) -> None:
    from PIL import Image  # noqa: PLC0415

    canvas.drawImage(ImageReader(Image.new("L", (20, 20))), 0, 0, *A4)


@pytest.fixture
def without_ocr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "is_there", lambda: False)


@pytest.mark.usefixtures("without_ocr")
def test_scanned() -> None:
    with pytest.raises(DocumentError, match=r"^a\.pdf: pages 1, 2: no text, scanned\?.*citewell\[ocr\].* tesseract$"):
        read(drawn(image, image), "a.pdf")


def test_nothing_on_any_page() -> None:
    with pytest.raises(DocumentError, match=r"^a\.pdf: no text in it; "):
        read(drawn(Canvas.getPageNumber), "a.pdf")


@pytest.mark.usefixtures("without_ocr")
def test_scanned_page_among_others_is_named() -> None:
    page = read(drawn(lambda canvas: lines(canvas, ["Bins"]), image, Canvas.getPageNumber), "a.pdf")
    assert [(block.text, block.page) for block in page.blocks] == [("Bins", 1)]
    (warning,) = page.warnings
    assert warning.startswith("page 2: no text, scanned?; left out; ")
    assert 'pip install "citewell[ocr]"' in warning


STAMP = ["Exampleton Council", "Received 12 May", "Page 2 of 3"]


@pytest.mark.usefixtures("without_ocr")
def test_scanned_page_with_a_stamp_is_named_and_its_words_are_kept() -> None:
    page = read(
        drawn(lambda canvas: lines(canvas, ["Bins"]), lambda canvas: (image(canvas), lines(canvas, STAMP))), "a"
    )
    assert [(block.text, block.page) for block in page.blocks] == [("Bins", 1), (" ".join(STAMP), 2)]
    (warning,) = page.warnings
    assert warning.startswith("page 2: mostly a picture, scanned?, which is left out; ")


def strips(canvas: Canvas) -> None:
    """A scanned page as some programs make it."""
    from PIL import Image  # noqa: PLC0415

    for number in range(10):
        canvas.drawImage(ImageReader(Image.new("L", (20, 2), number)), 0, number * 80, A4[0], 80)


@pytest.mark.usefixtures("without_ocr")
def test_pictures_that_cover_a_page_together() -> None:
    page = read(drawn(lambda canvas: (strips(canvas), lines(canvas, STAMP))), "a.pdf")
    assert len(page.warnings) == 1


@pytest.mark.usefixtures("without_ocr")
@pytest.mark.parametrize("count", [1, 40])
def test_picture_beside_text_makes_no_scan(count: int) -> None:
    """Neither a small one nor one with many words on it, as a scan with a layer of text has."""

    def page(canvas: Canvas) -> None:
        image(canvas) if count > 1 else canvas.scale(0.5, 0.5) or image(canvas)
        lines(canvas, ["Bins"] * count)

    assert not read(drawn(page), "a.pdf").warnings


def test_locked() -> None:
    def page(canvas: Canvas) -> None:
        lines(canvas, ["Bins are emptied weekly."])

    with pytest.raises(DocumentError, match="has a password; save it without one"):
        read(drawn(page, encrypt=StandardEncryption("secret", canCopy=0)), "a.pdf")
    owner_only = StandardEncryption("", ownerPassword="secret", canCopy=0)
    assert blocks(drawn(page, encrypt=owner_only)) == [("text", 0, "Bins are emptied weekly.", 1)]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"Bins", drawn(image)[:200]])
def test_damaged(data: bytes) -> None:
    with pytest.raises(DocumentError, match=r"^a\.pdf: damaged, or not a PDF; "):
        read(data, "a.pdf")


def bare(content: bytes, forms: Sequence[bytes] = (), kids: bytes = b"[3 0 R]", count: int = 1) -> bytes:
    """A PDF by hand: a page, its content and the forms /F6, /F7 and so on."""
    names = b"".join(b"/F%d %d 0 R" % (number, number) for number in range(6, 6 + len(forms)))
    resources = b"/Resources<</Font<</F 5 0 R>>/XObject<<%s>>>>" % names

    def stream(data: bytes, entries: bytes = b"") -> bytes:
        data = zlib.compress(data)
        return b"<<%s/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (entries, len(data), data)

    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids%s/Count %d>>" % (kids, count),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R%s>>" % resources,
        stream(content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *(stream(form, b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]" + resources) for form in forms),
    ]
    body = b"".join(b"%d 0 obj%s endobj\n" % (number, data) for number, data in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF"


TEXT = b"BT /F 11 Tf 72 700 Td (Bins) Tj ET "
HOSTILE = {
    "forms in forms": bare(b"/F6 Do", [b"/F%d Do " % (number + 1) * 10 for number in range(6, 16)] + [TEXT]),
    "form in itself": bare(b"/F6 Do", [b"/F6 Do " * 10]),
    "text without end": bare(b"BT /F 1 Tf 9 9 Td " + b"(aaaaaaaaaa bbbbbbbbb) Tj " * 1_000_000 + b"ET"),
    "words without end": bare(b"BT /F 1 Tf 9 799 Td " + b"0 -0.01 Td (a b c d e f g) Tj " * 30_000 + b"ET"),
    "lines without end": bare(TEXT + b"".join(b"%d 9 m %d 700 l S " % (n % 600, n % 600) for n in range(50_000))),
    "grid": bare(TEXT + b"".join(b"%d 0 m %d 400 l S 0 %d m 400 %d l S " % (n, n, n, n) for n in range(0, 400, 4))),
    "huge numbers": bare(TEXT + b"1e38 0 0 1e38 1e38 1e38 cm 0 0 m 1e38 0 l S " + TEXT + b"BT /F 1e38 Tf (x) Tj ET"),
    "a line without end": bare(b"BT /F 0.01 Tf 9 790 Td (" + b"1 .2-" * 40_000 + b") Tj ET"),
    "a word without end": bare(b"BT /F 0.01 Tf 9 790 Td (" + b"1a" * 150_000 + b") Tj ET"),
    "bytes without end": bare(b" " * 500_000_000),
    "page that is its own parent": bare(TEXT, kids=b"[2 0 R 3 0 R]", count=2),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name: str) -> None:
    check(HOSTILE[name])


# What PDFium passes over


def of_pages(*contents: bytes, count: int = 0, more: Sequence[bytes] = (), kids: bytes = b"") -> bytes:
    """A PDF by hand whose pages have these objects as their contents; more objects follow these."""
    head = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>"
        % (kids or b" ".join(b"%d 0 R" % (2 * n + 4) for n in range(len(contents))), count or len(contents)),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode %d 0 R>>" % (2 * len(contents) + 4)
        if more
        else b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>"
    leaves = (part for number, content in enumerate(contents) for part in (page % (2 * number + 5), content))
    objects = enumerate([*head, *leaves, *more], 1)
    body = b"".join(b"%d 0 obj%s endobj\n" % (number, data) for number, data in objects)
    return b"%PDF-1.7\n" + body + b"trailer<</Root 1 0 R>>\n%%EOF"


def stream(data: bytes, entries: bytes = b"/Filter/FlateDecode") -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(data), data)


LINES = b"".join(b"BT /F 11 Tf 72 %d Td (Ward %d has bins.) Tj ET " % (700 - 14 * n, n) for n in range(20))
FLATE = zlib.compress(LINES)
IN_LETTERS = b"/Filter[/ASCII85Decode/FlateDecode]"
DAMAGED = {
    "cut": stream(FLATE[:-30]),
    "other bytes": stream(b"\x17" * 99),
    "a bit turned": stream(FLATE[:60] + bytes([FLATE[60] ^ 4]) + FLATE[61:]),
    "another checksum": stream(FLATE[:-2] + b"\0\0"),
    "letters cut": stream(a85encode(FLATE)[:-9], IN_LETTERS),
    "letters garbled": stream(a85encode(FLATE)[:40] + b"\xff\xff" + a85encode(FLATE)[42:] + b"~>", IN_LETTERS),
    "not in the file": b"null",
}
SOUND = {
    "as it is": stream(LINES, b""),
    "deflated": stream(FLATE),
    "in letters": stream(a85encode(FLATE) + b"~>", IN_LETTERS),
    "without its checksum": stream(FLATE[:-4]),
    "with something after it": stream(FLATE + b"\r\n\0"),
    "empty": stream(b"", b""),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_page_that_is_damaged_is_named_and_left_out(name: str) -> None:
    data = of_pages(stream(TEXT, b""), DAMAGED[name], stream(TEXT, b""))
    data = data.replace(b"7 0 objnull endobj", b"") if name == "not in the file" else data
    page = read(data, "a.pdf")
    assert [(block.text, block.page) for block in page.blocks] == [("Bins", 1), ("Bins", 3)]
    assert page.warnings == ("page 2: damaged, and left out; open the file in its own program and save it again",)


@pytest.mark.parametrize("name", SOUND)
def test_page_that_is_sound(name: str) -> None:
    page = read(of_pages(stream(TEXT, b""), SOUND[name]), "a.pdf")
    assert not page.warnings
    assert ("Ward 19 has bins." in page.blocks[-1].text) == (name != "empty")


def test_page_in_several_streams_of_which_one_is_damaged() -> None:
    data = of_pages(stream(TEXT, b""), b"[8 0 R 9 0 R]", more=[DAMAGED["cut"], stream(TEXT, b"")])
    assert read(data, "a.pdf").warnings[0].startswith("page 2: damaged")


def test_damage_to_what_says_what_letters_stand_for() -> None:
    page = read(of_pages(stream(TEXT, b""), more=[DAMAGED["cut"]]), "a.pdf")
    assert page.warnings[0].startswith("a part of it is damaged, so that text may be missing or wrong; ")
    assert not read(of_pages(stream(TEXT, b""), more=[stream(zlib.compress(b" "))]), "a.pdf").warnings


def test_nothing_but_damaged_pages() -> None:
    with pytest.raises(DocumentError, match=r"^a\.pdf: pages 1, 2: damaged, and left out; "):
        read(of_pages(DAMAGED["cut"], DAMAGED["cut"]), "a.pdf")


def test_pages_that_are_not_counted_are_refused() -> None:
    with pytest.raises(DocumentError, match=r"^a\.pdf: damaged: it has more pages than it says, 1; "):
        read(of_pages(stream(TEXT, b""), stream(TEXT, b""), count=1), "a.pdf")


def test_damage_in_a_locked_file() -> None:
    """Its streams are unlocked before they are looked through."""
    data = drawn(
        *[lambda canvas: lines(canvas, [PROSE] * 9)] * 2, encrypt=StandardEncryption("", "x"), pageCompression=1
    )
    assert not read(data, "a.pdf").warnings
    end = data.rindex(b"endstream")
    page = read(data[: end - 60] + b"\x00" * 40 + data[end - 20 :], "a.pdf")
    assert page.warnings == ("page 2: damaged, and left out; open the file in its own program and save it again",)


def test_too_many_pages() -> None:
    with pytest.raises(DocumentError, match="6,000 pages are more than the limit of 5,000; split it"):
        read(bare(TEXT, kids=b"[" + b"3 0 R " * 6_000 + b"]", count=6_000), "a.pdf")


def check(data: bytes) -> None:
    """Sound blocks or a `DocumentError`, and soon."""
    start = time.perf_counter()
    try:
        page = read(data, "a.pdf")
    except DocumentError as error:
        assert str(error).startswith("a.pdf: ")
        page = Page((Block("text", "refused", page=1),))
    assert time.perf_counter() - start < 10
    for block in page.blocks:
        assert block.text == block.text.strip() != ""
        assert not {"\r", "\0"}.intersection(block.text)
        assert block.page
        assert (block.kind == "heading") == (block.level > 0)
        block.text.encode()


SAMPLE = story(
    Paragraph("Waste in Exampleton", TITLE),
    Paragraph(PROSE, BODY),
    Table(STAFF, style=RULED),
    Spacer(1, 9),
    pageCompression=0,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32))
def test_mutations(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(SAMPLE)
    for _ in range(chance.randint(1, 30)):
        place = chance.randrange(len(data))
        length = chance.choice((1, 1, 1, 20, 400))
        data[place : place + length] = bytes(chance.randrange(256) for _ in range(chance.choice((0, 1, length))))
    check(bytes(data))
